#include <features.h> /* first: a library that defines _GNU_SOURCE by itself would clash with Glibc */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <event2/util.h>
#include <event2/dns.h>

#include <features.h> /* first: a library that defines _GNU_SOURCE by itself would clash with Glibc */
#include <hiredis/read.h>
#include <hiredis/hiredis.h>
#include <hiredis/sds.h>

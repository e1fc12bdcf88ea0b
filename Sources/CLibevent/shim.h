#include <features.h> /* first: a library that defines _GNU_SOURCE by itself would clash with Glibc */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <event2/util.h>
#include <event2/dns.h>
#include <stdint.h>
#include <string.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/* The Glibc module is imported without _GNU_SOURCE and hides these three; their prototypes are those of the manual. */
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);
extern char *sallyport_strerror(int code, char *buffer, size_t size) __asm__("strerror_r");

static inline int sallyport_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
static inline void sallyport_eventfd_raise(int descriptor) { (void)eventfd_write(descriptor, 1); }
static inline void sallyport_eventfd_lower(int descriptor) { eventfd_t count; (void)eventfd_read(descriptor, &count); }

static inline int sallyport_accept(int descriptor, struct sockaddr_storage *peer) {
    socklen_t length = sizeof *peer;
    return accept4(descriptor, (struct sockaddr *)peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
/* SOCK_* are members of an enumeration, which Swift imports as a type of its own. */
static inline int sallyport_stream_socket(int family) {
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

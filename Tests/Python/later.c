/* Preloaded into a gate, so that its wall clock runs CLOCK_AHEAD_SECONDS ahead. Other clocks stay as they are: time-outs
 * are counted on them. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*known)(clockid_t, struct timespec *);
    int (*next)(clockid_t, struct timespec *) = __atomic_load_n(&known, __ATOMIC_ACQUIRE);
    if (next == NULL) {
        next = dlsym(RTLD_NEXT, "clock_gettime");
        __atomic_store_n(&known, next, __ATOMIC_RELEASE);
    }
    int result = next(clock, time);
    const char *ahead = getenv("CLOCK_AHEAD_SECONDS");
    if (result == 0 && ahead != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += atol(ahead);
    return result;
}

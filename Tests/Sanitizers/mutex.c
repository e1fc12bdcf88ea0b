/* Preloaded into the tests under the thread sanitizer.
 *
 * Synchronization.Mutex is inlined into its users, except for the paths of a contended lock: these lie in the standard
 * library, which is not instrumented. The sanitizer then misses that the thread before released the lock and that the
 * one that waited acquired it, and reports a race where there is none. This stands in front of those two functions,
 * calls them, and tells the sanitizer what happens to the lock. Nothing is suppressed. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Absent in programs without the sanitizer: swift itself, redis-server. */
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

/* Synchronization._MutexHandle._lockSlow(UInt32) -> () and _unlockSlow() -> () */
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define HANDLE __attribute__((swift_context)) void *handle

typedef SWIFT void lock_function(uint32_t thread, HANDLE);
typedef SWIFT void unlock_function(HANDLE);

lock_function lock_and_tell __asm__(LOCK);
unlock_function unlock_and_tell __asm__(UNLOCK);

static void *next(void **known, const char *symbol) {
    void *found = __atomic_load_n(known, __ATOMIC_ACQUIRE);
    if (found != NULL) return found;
    found = dlsym(RTLD_NEXT, symbol);
    if (found == NULL) {
        fprintf(stderr, "mutex: the standard library has no %s\n", symbol);
        abort();
    }
    __atomic_store_n(known, found, __ATOMIC_RELEASE);
    return found;
}

SWIFT void lock_and_tell(uint32_t thread, HANDLE) {
    static void *known;
    ((lock_function *)next(&known, LOCK))(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock_and_tell(HANDLE) {
    static void *known;
    if (__tsan_release) __tsan_release(handle);
    ((unlock_function *)next(&known, UNLOCK))(handle);
}

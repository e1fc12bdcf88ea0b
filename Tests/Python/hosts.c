/* Preloaded into a gate, so that names are looked up in the file HOSTS_FILE: lines of a name and an address, and "slow"
 * for an address that takes a second to be found. Names that are not in there are unknown. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*lookup)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
    lookup next = (lookup)dlsym(RTLD_NEXT, "getaddrinfo");
    if (hints != NULL && hints->ai_flags & AI_NUMERICHOST) return next(node, service, hints, result);
    FILE *file = fopen(getenv("HOSTS_FILE"), "r");
    char name[128], address[128];
    struct addrinfo *first = NULL, *last = NULL;
    while (file != NULL && fscanf(file, "%127s %127s", name, address) == 2) {
        if (strcmp(name, node) != 0) continue;
        if (strcmp(address, "slow") == 0) {
            sleep(1);
            continue;
        }
        struct addrinfo *found = NULL;
        if (next(address, service, hints, &found) != 0) continue;
        if (first == NULL) first = found;
        else last->ai_next = found;
        for (last = found; last->ai_next != NULL;) last = last->ai_next;
    }
    if (file != NULL) fclose(file);
    *result = first;
    return first == NULL ? EAI_NONAME : 0;
}

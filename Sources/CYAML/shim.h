#include <features.h> /* first: a library that defines _GNU_SOURCE by itself would clash with Glibc */
#include <yaml.h>

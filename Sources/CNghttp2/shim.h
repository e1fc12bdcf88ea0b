#include <features.h> /* first: a library that defines _GNU_SOURCE by itself would clash with Glibc */
#include <nghttp2/nghttp2.h>

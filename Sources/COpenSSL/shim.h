#include <features.h> /* first: a library that defines _GNU_SOURCE by itself would clash with Glibc */
#include <openssl/evp.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/encoder.h>
#include <openssl/params.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

/* EVP_PKEY_Q_keygen is variadic: one wrapper for each kind of key. NULL on failure. */
static inline EVP_PKEY *sallyport_generate_rsa(size_t bits) { return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits); }
static inline EVP_PKEY *sallyport_generate_ec(const char *group) { return EVP_PKEY_Q_keygen(NULL, NULL, "EC", group); }
static inline EVP_PKEY *sallyport_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

/* Macros that join other macros are not imported. */
static inline int sallyport_selection_key_pair(void) { return EVP_PKEY_KEYPAIR; }
static inline int sallyport_selection_public_key(void) { return EVP_PKEY_PUBLIC_KEY; }
static inline long sallyport_memory_bytes(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

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
#include <openssl/x509v3.h>

/* EVP_PKEY_Q_keygen is variadic: one wrapper for each kind of key. NULL on failure. */
static inline EVP_PKEY *sallyport_generate_rsa(size_t bits) { return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits); }
static inline EVP_PKEY *sallyport_generate_ec(const char *group) { return EVP_PKEY_Q_keygen(NULL, NULL, "EC", group); }
static inline EVP_PKEY *sallyport_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

/* Macros that join other macros are not imported. */
static inline int sallyport_selection_key_pair(void) { return EVP_PKEY_KEYPAIR; }
static inline int sallyport_selection_public_key(void) { return EVP_PKEY_PUBLIC_KEY; }
static inline long sallyport_memory_bytes(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

/* What is set through macros, for TLS. Options are 64-bit macros that are not imported either. */
static inline int sallyport_tls_basics(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_SINGLE_ECDH_USE);
    /* A record that did not fit the socket is offered again from wherever the bytes lie by then. */
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1
        && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1
        && SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1;
}
static inline void sallyport_tls_keep_sessions(SSL_CTX *context, int (*keep)(SSL *, SSL_SESSION *)) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
}
static inline int sallyport_tls_add_chain(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}
static inline void sallyport_tls_on_server_name(SSL_CTX *context, int (*choose)(SSL *, int *, void *), void *argument) {
    SSL_CTX_set_tlsext_servername_callback(context, choose);
    SSL_CTX_set_tlsext_servername_arg(context, argument);
}
static inline int sallyport_tls_minimum(SSL_CTX *context, int version) { return SSL_CTX_set_min_proto_version(context, version) == 1; }
/* Neither the tickets of TLS 1.2 nor the ones of 1.3, which without the option would name a session of the server's cache. */
static inline int sallyport_tls_no_tickets(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    return SSL_CTX_set_num_tickets(context, 0) == 1;
}
static inline int sallyport_tls_server_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name) == 1; }
static inline int sallyport_error_is_system(unsigned long code) { return ERR_SYSTEM_ERROR(code); }
static inline int sallyport_error_reason(unsigned long code) { return ERR_GET_REASON(code); }

/* Stacks are reached through generated macros. The bytes belong to the names. */
static inline GENERAL_NAMES *sallyport_alternative_names(X509 *certificate) {
    return X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}
static inline int sallyport_name_count(GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline int sallyport_name_kind(GENERAL_NAMES *names, int index) { return sk_GENERAL_NAME_value(names, index)->type; }
static inline const unsigned char *sallyport_name_bytes(GENERAL_NAMES *names, int index, int *count) {
    GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    switch (name->type) {
    case GEN_DNS: case GEN_URI: case GEN_EMAIL: case GEN_IPADD:
        *count = ASN1_STRING_length(name->d.ia5);
        return ASN1_STRING_get0_data(name->d.ia5);
    default: *count = 0; return NULL;
    }
}
static inline unsigned long sallyport_name_flags(void) { return XN_FLAG_RFC2253; }

/* Gives a ticket's MAC its key and digest; the parameters are made of macros' types. */
static inline int sallyport_ticket_mac(EVP_MAC_CTX *mac, void *key, size_t count) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, count),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters);
}

/* The raw operation of the library that Sallyport links, for `scripts/bench tokens`: raw ALGORITHM KEY TOKEN MILLISECONDS
 * prints how many nanoseconds of processor time one verification of the token's signature takes, everything prepared
 * once: key, context, and the signature in the form that the library takes. Hashing the message is part of it, parsing
 * and base64url are not. "raw version" prints the library's version. */
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void fail(const char *what) {
    fprintf(stderr, "raw: %s\n", what);
    exit(1);
}

static size_t read_file(const char *path, unsigned char *bytes, size_t limit) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    size_t count = fread(bytes, 1, limit, file);
    fclose(file);
    return count;
}

static size_t decode(const unsigned char *text, size_t count, unsigned char *out) {
    const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t written = 0;
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < count; i++) {
        bits = bits << 6 | (unsigned)(strchr(alphabet, text[i]) - alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[written++] = (unsigned char)(bits >> held);
        }
    }
    return written;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static unsigned char token[65536], key_bytes[65536], signature[2048], der[2048];
static const EVP_MD *md;

static int hmac(EVP_MAC_CTX *context, size_t message, size_t count) {
    unsigned char code[64];
    size_t length = 0;
    return EVP_MAC_init(context, NULL, 0, NULL) == 1 && EVP_MAC_update(context, token, message) == 1
        && EVP_MAC_final(context, code, &length, sizeof code) == 1 && length == count
        && CRYPTO_memcmp(code, signature, count) == 0;
}

static int digest_verify(EVP_PKEY_CTX *context, EVP_MD_CTX *hash, size_t message, const unsigned char *sig, size_t count) {
    unsigned char digest[64];
    unsigned length = 0;
    return EVP_DigestInit_ex2(hash, md, NULL) == 1 && EVP_DigestUpdate(hash, token, message) == 1
        && EVP_DigestFinal_ex(hash, digest, &length) == 1 && EVP_PKEY_verify(context, sig, count, digest, length) == 1;
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "version")) {
        puts(OpenSSL_version(OPENSSL_VERSION));
        return 0;
    }
    if (argc != 5) return 2;
    const char *algorithm = argv[1];
    size_t key_count = read_file(argv[2], key_bytes, sizeof key_bytes);
    size_t token_count = read_file(argv[3], token, sizeof token);
    long long limit = atoll(argv[4]) * 1000000LL;
    size_t message = token_count;
    while (message > 0 && token[message - 1] != '.') message--;
    size_t count = decode(token + message, token_count - message, signature);
    message--;
    char hash_name[8] = "SHA";
    int is_edwards = !strcmp(algorithm, "EdDSA");
    strcat(hash_name, is_edwards ? "512" : algorithm + 2);
    md = EVP_MD_fetch(NULL, hash_name, NULL);

    EVP_MAC_CTX *mac = NULL;
    EVP_PKEY_CTX *context = NULL;
    EVP_PKEY *key = NULL;
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    const unsigned char *sig = signature;
    if (algorithm[0] == 'H') {
        mac = EVP_MAC_CTX_new(EVP_MAC_fetch(NULL, "HMAC", NULL));
        OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", hash_name, 0), OSSL_PARAM_construct_end()};
        if (EVP_MAC_init(mac, key_bytes, key_count, parameters) != 1) fail("HMAC");
    } else {
        BIO *bio = BIO_new_mem_buf(key_bytes, (int)key_count);
        key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
        if (!key) fail("the key cannot be read");
        if (!is_edwards) {
            context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
            if (EVP_PKEY_verify_init(context) != 1) fail("verify_init");
            if (algorithm[0] != 'E') {
                int padding = algorithm[0] == 'P' ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
                if (EVP_PKEY_CTX_set_rsa_padding(context, padding) != 1) fail("padding");
                if (EVP_PKEY_CTX_set_signature_md(context, md) != 1) fail("digest");
                if (algorithm[0] == 'P'
                    && (EVP_PKEY_CTX_set_rsa_mgf1_md(context, md) != 1
                        || EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) != 1))
                    fail("PSS");
            } else {
                ECDSA_SIG *pair = ECDSA_SIG_new();
                size_t half = count / 2;
                ECDSA_SIG_set0(pair, BN_bin2bn(signature, (int)half, NULL), BN_bin2bn(signature + half, (int)half, NULL));
                unsigned char *end = der;
                count = (size_t)i2d_ECDSA_SIG(pair, &end);
                sig = der;
            }
        }
    }

    long long start = now(), done = 0;
    for (;;) {
        for (int i = 0; i < 50; i++) {
            int good = mac ? hmac(mac, message, count)
                : is_edwards ? EVP_DigestVerifyInit_ex(hash, NULL, NULL, NULL, NULL, key, NULL) == 1
                        && EVP_DigestVerify(hash, sig, count, token, message) == 1
                             : digest_verify(context, hash, message, sig, count);
            if (!good) fail("the signature is not taken");
        }
        done += 50;
        if (done == 200 && limit > 0) start = now(), done = 0, limit = -limit;
        if (limit < 0 && now() - start > -limit) break;
    }
    printf("%lld\n", (now() - start) / done);
    return 0;
}

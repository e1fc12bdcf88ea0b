/* A client of TLS 1.3 that sends nothing but messages of TLS itself: `keyupdates PORT COUNT`. It makes all of them first (RFC 8446
 * §4.6.3) and sends them at once then. Its status: 0 if the server has cut it, 1 if it has taken all, 2 for a failure. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int count, char **words) {
    if (count != 3) return 2;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) return 2;
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, descriptor);
    if (SSL_connect(ssl) != 1) return 2;

    BIO *memory = BIO_new(BIO_s_mem());
    SSL_set0_wbio(ssl, memory);
    for (int left = atoi(words[2]); left > 0; left--) {
        if (SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) != 1 || SSL_do_handshake(ssl) != 1) return 2;
    }
    char *bytes;
    long length = BIO_get_mem_data(memory, &bytes), sent = 0;
    while (sent < length) {
        ssize_t part = send(descriptor, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (part <= 0) {
            printf("cut after %ld of %ld bytes\n", sent, length);
            return 0;
        }
        sent += part;
    }
    printf("sent %ld bytes\n", length);
    return 1;
}

/* Sockets and TLS of the load generator: a full or a resumed handshake, as asked for, or it is a failure. */

#define _GNU_SOURCE
#include "load.h"

#include <openssl/err.h>

static int epoll_descriptor;
static SSL_CTX *context;
static int slot;

/* TLS 1.3 brings its tickets after the handshake; the newest one is for this connection's successor. */
static int keep_session(SSL *ssl, SSL_SESSION *session) {
    struct connection *connection = SSL_get_ex_data(ssl, slot);
    SSL_SESSION_free(connection->session);
    connection->session = session;
    return 1;
}

void prepare_transport(int epoll) {
    epoll_descriptor = epoll;
    if (!options.is_tls) return;
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION)) fail("no TLS 1.3");
    /* The certificate is the bench's own, and checking it would be the load's cost. */
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    static const unsigned char protocols[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols - 1);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    slot = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    if (options.is_resuming) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, keep_session);
    }
}

static void set_events(struct connection *connection, uint32_t events) {
    if (events == connection->events) return;
    watch(epoll_descriptor, EPOLL_CTL_MOD, connection->descriptor, events, connection);
    connection->events = events;
}

void want_write(struct connection *connection, int is_wanted) {
    set_events(connection, EPOLLIN | (is_wanted ? EPOLLOUT : 0));
}

void open_connection(struct connection *connection) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket: %s", strerror(errno));
    no_delay(descriptor);
    if (options.is_closing) {
        /* Ports in TIME_WAIT would run out within seconds. The answer was read to its end before. */
        struct linger reset = {.l_onoff = 1, .l_linger = 0};
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    struct sockaddr_in address = loopback(connection->port);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)
        fail("connect to port %d: %s", connection->port, strerror(errno));
    connection->descriptor = descriptor;
    connection->state = CONNECTING;
    connection->events = EPOLLIN | EPOLLOUT;
    watch(epoll_descriptor, EPOLL_CTL_ADD, descriptor, connection->events, connection);
}

void close_connection(struct connection *connection) {
    if (connection->ssl != NULL) {
        /* Told as shut down, so that OpenSSL keeps the session good for the next handshake. */
        SSL_set_shutdown(connection->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        SSL_free(connection->ssl);
        connection->ssl = NULL;
    }
    close(connection->descriptor);
    connection->state = CLOSED;
    connection->is_tunnel = 0;
}

static void begin_handshake(struct connection *connection) {
    connection->ssl = SSL_new(context);
    if (connection->ssl == NULL || !SSL_set_fd(connection->ssl, connection->descriptor)) fail("SSL_new");
    SSL_set_ex_data(connection->ssl, slot, connection);
    SSL_set_connect_state(connection->ssl);
    if (options.is_resuming && connection->session != NULL) SSL_set_session(connection->ssl, connection->session);
    connection->state = HANDSHAKING;
}

static _Noreturn void fail_tls(const char *where) {
    char reason[256];
    ERR_error_string_n(ERR_peek_error(), reason, sizeof reason);
    fail("TLS, %s: %s", where, reason);
}

int establish(struct connection *connection) {
    if (connection->state == CONNECTING) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(connection->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0) fail("connect to port %d: %s", connection->port, strerror(error));
        if (!options.is_tls) {
            want_write(connection, 0);
            return 1;
        }
        begin_handshake(connection);
    }
    ERR_clear_error();
    int result = SSL_do_handshake(connection->ssl);
    if (result != 1) {
        int wanted = SSL_get_error(connection->ssl, result);
        if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) fail_tls("handshake");
        want_write(connection, wanted == SSL_ERROR_WANT_WRITE);
        return 0;
    }
    int is_resumed = SSL_session_reused(connection->ssl);
    if (is_resumed != (options.is_resuming && connection->session != NULL))
        fail("the handshake was %s", is_resumed ? "resumed" : "a full one, although a ticket was shown");
    want_write(connection, 0);
    return 1;
}

ssize_t send_some(struct connection *connection, const char *bytes, size_t length) {
    if (connection->ssl != NULL) {
        ERR_clear_error();
        int sent = SSL_write(connection->ssl, bytes, length > 1 << 20 ? 1 << 20 : (int)length);
        if (sent > 0) return sent;
        int wanted = SSL_get_error(connection->ssl, sent);
        if (wanted == SSL_ERROR_WANT_READ || wanted == SSL_ERROR_WANT_WRITE) return 0;
        fail_tls("writing");
    }
    ssize_t sent = send(connection->descriptor, bytes, length, MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EINTR) return 0;
    fail("send: %s", strerror(errno));
}

ssize_t receive_some(struct connection *connection, char *bytes, size_t length) {
    if (connection->ssl != NULL) {
        ERR_clear_error();
        int count = SSL_read(connection->ssl, bytes, (int)length);
        if (count > 0) return count;
        int wanted = SSL_get_error(connection->ssl, count);
        if (wanted == SSL_ERROR_WANT_READ || wanted == SSL_ERROR_WANT_WRITE) return 0;
        if (wanted == SSL_ERROR_ZERO_RETURN) return -1;
        fail_tls("reading");
    }
    ssize_t count = recv(connection->descriptor, bytes, length, 0);
    if (count > 0) return count;
    if (count == 0) return -1;
    if (errno == EAGAIN || errno == EINTR) return 0;
    fail("recv: %s", strerror(errno));
}

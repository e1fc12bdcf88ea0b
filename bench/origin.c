/* Usage: origin LISTEN-PORT
 *
 * The application behind the proxies of a measurement, on keep-alive connections, pipelined requests in their order:
 *
 * GET /.origin/requests    how many other requests arrived so far: a proxy that answers by itself is found out by it
 * GET /bytes/N             N bytes, at most 1 MiB
 * GET /login/NAME          1,024 bytes, and the order to make a session for NAME
 * any other GET            1,024 bytes; with `Upgrade: websocket` every message comes back
 * POST or PUT              the number of bytes that came, of a body with Content-Length
 */

#define _GNU_SOURCE
#include "loop.h"

#include <openssl/evp.h>
#include <sys/uio.h>

enum { BODY = 1024, LARGEST = 1 << 20, EVENTS = 256, SCRATCH = 256 * 1024, HEAD_ROOM = 64 * 1024 };

struct connection {
    int descriptor;
    int is_closing;
    int is_tunnel;
    long long body_left, body_length; /* of the upload under way */
    char *input; /* what came and is not yet understood */
    size_t input_length;
    char *waiting; /* what the socket did not take; behind it the rest of the constant body */
    size_t waiting_length, body_to_send;
};

static int epoll;
static unsigned long long requests;
static char answer[BODY + 256]; /* head and body of the usual answer: one send */
static size_t answer_length;
static char body[LARGEST];
static char scratch[SCRATCH];

static void end_connection(struct connection *connection) {
    close(connection->descriptor);
    free(connection->input);
    free(connection->waiting);
    free(connection);
}

static int is_waiting(const struct connection *connection) {
    return connection->waiting_length > 0 || connection->body_to_send > 0;
}

/* Sends bytes, and after them so many of the constant body; what the socket does not take waits. */
static int transmit(struct connection *connection, const char *bytes, size_t length, size_t body_length) {
    struct iovec parts[2] = {{(void *)bytes, length}, {body, body_length}};
    ssize_t sent = 0;
    if (!is_waiting(connection)) {
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = body_length > 0 ? 2 : 1};
        sent = sendmsg(connection->descriptor, &message, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN && errno != EINTR) return -1;
            sent = 0;
        }
        if ((size_t)sent == length + body_length) return 0;
        watch(epoll, EPOLL_CTL_MOD, connection->descriptor, EPOLLOUT, connection);
    }
    if ((size_t)sent < length) {
        size_t left = length - (size_t)sent;
        connection->waiting = realloc(connection->waiting, connection->waiting_length + left);
        if (connection->waiting == NULL) die("realloc");
        memcpy(connection->waiting + connection->waiting_length, bytes + sent, left);
        connection->waiting_length += left;
        connection->body_to_send = body_length;
    } else {
        connection->body_to_send = length + body_length - (size_t)sent;
    }
    return 0;
}

static int flush_waiting(struct connection *connection) {
    while (connection->waiting_length > 0) {
        ssize_t sent = send(connection->descriptor, connection->waiting, connection->waiting_length, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
        connection->waiting_length -= (size_t)sent;
        memmove(connection->waiting, connection->waiting + sent, connection->waiting_length);
    }
    while (connection->body_to_send > 0) {
        /* Every byte of the body is where it was: what is left is its end, and the bytes are all alike. */
        ssize_t sent = send(connection->descriptor, body, connection->body_to_send, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
        connection->body_to_send -= (size_t)sent;
    }
    watch(epoll, EPOLL_CTL_MOD, connection->descriptor, EPOLLIN, connection);
    return connection->is_closing ? -1 : 0;
}

static int answer_text(struct connection *connection, const char *text, int length) {
    char head[256];
    int bytes = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%.*s",
        length, length, text);
    return transmit(connection, head, (size_t)bytes, 0);
}

static int answer_number(struct connection *connection, unsigned long long number) {
    char text[32];
    return answer_text(connection, text, snprintf(text, sizeof text, "%llu\n", number));
}

static int refuse(struct connection *connection) {
    static const char refusal[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    int result = transmit(connection, refusal, sizeof refusal - 1, 0);
    connection->is_closing = 1;
    return result != 0 || !is_waiting(connection) ? -1 : 0;
}

static const char *field(const char *head, size_t length, const char *name) {
    size_t name_length = strlen(name);
    const char *end = head + length;
    for (const char *line = memmem(head, length, "\r\n", 2); line != NULL && line + 4 < end;
         line = memmem(line + 2, (size_t)(end - line - 2), "\r\n", 2)) {
        if (strncasecmp(line + 2, name, name_length) == 0 && line[2 + name_length] == ':')
            return line + 3 + name_length + strspn(line + 3 + name_length, " \t");
    }
    return NULL;
}

/* RFC 6455, 4.2.2: the key and this text under SHA-1. */
static int accept_websocket(struct connection *connection, const char *key) {
    static const char text[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char joined[128], head[256];
    unsigned char digest[EVP_MAX_MD_SIZE], encoded[64];
    unsigned digest_length = 0;
    int length = snprintf(joined, sizeof joined, "%.*s%s", (int)strcspn(key, " \r"), key, text);
    if (length >= (int)sizeof joined || !EVP_Digest(joined, (size_t)length, digest, &digest_length, EVP_sha1(), NULL))
        return refuse(connection);
    EVP_EncodeBlock(encoded, digest, (int)digest_length);
    length = snprintf(head, sizeof head,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
        (char *)encoded);
    connection->is_tunnel = 1;
    return transmit(connection, head, (size_t)length, 0);
}

static int answer_login(struct connection *connection, const char *name) {
    char head[512];
    int length = snprintf(head, sizeof head,
        "HTTP/1.1 200 OK\r\nSallyport-Issue-Session: {\"sub\":\"%.*s\",\"roles\":[\"admin\"]}\r\nContent-Length: %d\r\n\r\n",
        (int)strcspn(name, " "), name, BODY);
    if (length >= (int)sizeof head) return refuse(connection);
    return transmit(connection, head, (size_t)length, BODY);
}

/* The head is whole, and ends before `length`. */
static int answer_request(struct connection *connection, const char *head, size_t length) {
    static const char count[] = "GET /.origin/requests ", bytes[] = "GET /bytes/", login[] = "GET /login/";
    if (memcmp(head, count, sizeof count - 1) == 0) return answer_number(connection, requests);
    requests++;
    if (memcmp(head, "GET /", 5) != 0) {
        const char *text = field(head, length, "content-length");
        if ((memcmp(head, "POST ", 5) != 0 && memcmp(head, "PUT /", 5) != 0) || text == NULL) return refuse(connection);
        connection->body_left = connection->body_length = strtoll(text, NULL, 10);
        return connection->body_left > 0 ? 0 : answer_number(connection, 0);
    }
    if (memcmp(head, bytes, sizeof bytes - 1) == 0) {
        long wanted = strtol(head + sizeof bytes - 1, NULL, 10);
        char start[128];
        if (wanted < 0 || wanted > LARGEST) return refuse(connection);
        int start_length = snprintf(start, sizeof start,
            "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %ld\r\n\r\n", wanted);
        return transmit(connection, start, (size_t)start_length, (size_t)wanted);
    }
    if (memcmp(head, login, sizeof login - 1) == 0) return answer_login(connection, head + sizeof login - 1);
    const char *key = field(head, length, "sec-websocket-key");
    if (key != NULL && field(head, length, "upgrade") != NULL) return accept_websocket(connection, key);
    return transmit(connection, answer, answer_length, 0);
}

/* Sends a masked frame back without its mask. Returns its length, 0 where it is not whole, -1 where it is none of ours. */
static ssize_t echo_frame(struct connection *connection, char *bytes, size_t length) {
    if (length < 2) return 0;
    size_t size = (unsigned char)bytes[1] & 0x7f, at = 2;
    if (!(bytes[1] & 0x80) || size == 127) return -1;
    if (size == 126) {
        if (length < 4) return 0;
        size = (size_t)(unsigned char)bytes[2] << 8 | (unsigned char)bytes[3];
        at = 4;
    }
    if (length < at + 4 + size) return 0;
    char mask[4];
    memcpy(mask, bytes + at, 4);
    /* The frame without its mask is built where the mask was: the head moves four bytes on. */
    char *payload = bytes + at + 4;
    for (size_t index = 0; index < size; index++) payload[index] ^= mask[index % 4];
    bytes[1] &= 0x7f;
    memmove(bytes + 4, bytes, at);
    if (transmit(connection, bytes + 4, at + size, 0) != 0) return -1;
    return (ssize_t)(at + 4 + size);
}

/* Understands as much as it can, and no more once something waits for the socket. Returns what it took, -1 on failure. */
static ssize_t understand(struct connection *connection, char *bytes, size_t length) {
    size_t at = 0;
    while (at < length && !is_waiting(connection)) {
        if (connection->is_tunnel) {
            ssize_t taken = echo_frame(connection, bytes + at, length - at);
            if (taken < 0) return -1;
            if (taken == 0) break;
            at += (size_t)taken;
            continue;
        }
        if (connection->body_left > 0) {
            size_t taken = length - at < (size_t)connection->body_left ? length - at : (size_t)connection->body_left;
            at += taken;
            connection->body_left -= (long long)taken;
            if (connection->body_left == 0 && answer_number(connection, (unsigned long long)connection->body_length) != 0) return -1;
            continue;
        }
        char *end = memmem(bytes + at, length - at, "\r\n\r\n", 4);
        if (end == NULL) break;
        size_t head_length = (size_t)(end + 4 - (bytes + at));
        if (head_length < 16 || answer_request(connection, bytes + at, head_length) != 0) return -1;
        at += head_length;
    }
    return (ssize_t)at;
}

/* Understands what was kept and what has come, and keeps the rest. */
static int take(struct connection *connection, char *bytes, size_t length) {
    if (connection->input_length > 0) {
        connection->input = realloc(connection->input, connection->input_length + length + 1);
        if (connection->input == NULL) die("realloc");
        memcpy(connection->input + connection->input_length, bytes, length);
        connection->input_length += length;
        ssize_t taken = understand(connection, connection->input, connection->input_length);
        if (taken < 0) return -1;
        connection->input_length -= (size_t)taken;
        memmove(connection->input, connection->input + taken, connection->input_length);
    } else {
        ssize_t taken = understand(connection, bytes, length);
        if (taken < 0) return -1;
        if ((size_t)taken < length) {
            connection->input_length = length - (size_t)taken;
            connection->input = realloc(connection->input, connection->input_length);
            if (connection->input == NULL) die("realloc");
            memcpy(connection->input, bytes + taken, connection->input_length);
        }
    }
    return connection->input_length > SCRATCH + HEAD_ROOM ? -1 : 0;
}

static int receive(struct connection *connection) {
    ssize_t length = recv(connection->descriptor, scratch, sizeof scratch, 0);
    if (length < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    return length == 0 ? -1 : take(connection, scratch, (size_t)length);
}

static int handle(struct connection *connection) {
    if (!is_waiting(connection)) return receive(connection);
    if (flush_waiting(connection) != 0) return -1;
    return is_waiting(connection) || connection->input_length == 0 ? 0 : take(connection, scratch, 0);
}

static void begin(int descriptor) {
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) die("calloc");
    connection->descriptor = descriptor;
    no_delay(descriptor);
    watch(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN, connection);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: origin LISTEN-PORT\n");
        return 2;
    }
    memset(body, 'x', sizeof body);
    int length = snprintf(answer, sizeof answer,
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", BODY);
    memcpy(answer + length, body, BODY);
    answer_length = (size_t)(length + BODY);

    int listener = listen_on(port_of(argv[1]));
    prepare_process();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) die("epoll_create1");
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int index = 0; index < count; index++) {
            struct connection *connection = events[index].data.ptr;
            if (connection == NULL) {
                int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (descriptor >= 0)
                    begin(descriptor);
                else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
                    die("accept4");
                continue;
            }
            if (handle(connection) != 0) end_connection(connection);
        }
    }
}

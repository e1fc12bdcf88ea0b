/* Usage: origin LISTEN-PORT
 *
 * The application behind the proxies of a measurement: every GET gets the same 1,024 bytes, on keep-alive connections,
 * pipelined requests in their order. `GET /.origin/requests` answers how many other requests arrived so far: a proxy
 * that answers by itself is found out by it. A request with another method is refused, since no body is read here. */

#define _GNU_SOURCE
#include "loop.h"

enum { BODY = 1024, EVENTS = 256, START = 24, SCRATCH = 64 * 1024 };

static const char count_target[] = "GET /.origin/requests ";

struct connection {
    int descriptor;
    int terminator; /* how many bytes of CR LF CR LF were seen */
    int start_length;
    int is_closing;
    char start[START]; /* the first bytes of the request under way */
    char *waiting;
    size_t waiting_length;
};

static int epoll;
static unsigned long long requests;
static char answer[BODY + 256];
static size_t answer_length;
static char scratch[SCRATCH];

static void end_connection(struct connection *connection) {
    close(connection->descriptor);
    free(connection->waiting);
    free(connection);
}

/* Appends to what waits for the socket. */
static void enqueue(struct connection *connection, const char *bytes, size_t length) {
    char *grown = realloc(connection->waiting, connection->waiting_length + length);
    if (grown == NULL) die("realloc");
    memcpy(grown + connection->waiting_length, bytes, length);
    connection->waiting = grown;
    connection->waiting_length += length;
}

static int transmit(struct connection *connection, const char *bytes, size_t length) {
    if (connection->waiting_length > 0) {
        enqueue(connection, bytes, length);
        return 0;
    }
    ssize_t sent = send(connection->descriptor, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR) return -1;
        sent = 0;
    }
    if ((size_t)sent == length) return 0;
    enqueue(connection, bytes + sent, length - (size_t)sent);
    watch(epoll, EPOLL_CTL_MOD, connection->descriptor, EPOLLOUT, connection);
    return 0;
}

static int answer_request(struct connection *connection) {
    int length = connection->start_length;
    connection->start_length = 0;
    if (length >= (int)sizeof count_target - 1 && memcmp(connection->start, count_target, sizeof count_target - 1) == 0) {
        char number[32], head[160];
        int digits = snprintf(number, sizeof number, "%llu\n", requests);
        int bytes = snprintf(head, sizeof head,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", digits, number);
        return transmit(connection, head, (size_t)bytes);
    }
    if (length < 5 || memcmp(connection->start, "GET /", 5) != 0) {
        static const char refusal[] =
            "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        connection->is_closing = 1;
        return transmit(connection, refusal, sizeof refusal - 1);
    }
    requests++;
    return transmit(connection, answer, answer_length);
}

/* Reads once and answers each head that is complete. Returns -1 where the connection is to be closed. */
static int receive(struct connection *connection) {
    static const char terminator[] = "\r\n\r\n";
    ssize_t length = recv(connection->descriptor, scratch, sizeof scratch, 0);
    if (length < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (length == 0) return -1;
    for (ssize_t index = 0; index < length && !connection->is_closing; index++) {
        char byte = scratch[index];
        if (connection->start_length < START) connection->start[connection->start_length++] = byte;
        if (byte == terminator[connection->terminator])
            connection->terminator++;
        else
            connection->terminator = byte == '\r';
        if (connection->terminator == 4) {
            connection->terminator = 0;
            if (answer_request(connection) != 0) return -1;
        }
    }
    return connection->is_closing && connection->waiting_length == 0 ? -1 : 0;
}

static int flush_waiting(struct connection *connection) {
    ssize_t sent = send(connection->descriptor, connection->waiting, connection->waiting_length, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    connection->waiting_length -= (size_t)sent;
    memmove(connection->waiting, connection->waiting + sent, connection->waiting_length);
    if (connection->waiting_length > 0) return 0;
    free(connection->waiting);
    connection->waiting = NULL;
    if (connection->is_closing) return -1;
    watch(epoll, EPOLL_CTL_MOD, connection->descriptor, EPOLLIN, connection);
    return 0;
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
    int length = snprintf(answer, sizeof answer,
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", BODY);
    for (int index = 0; index < BODY; index++) answer[length + index] = (char)('a' + index % 26);
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
            int lost = connection->waiting_length > 0 ? flush_waiting(connection) : receive(connection);
            if (lost) end_connection(connection);
        }
    }
}

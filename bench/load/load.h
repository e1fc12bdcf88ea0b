/* The load generator: what its parts share. One thread, one epoll; every figure it prints is of answers it has read to
 * their last byte, and whatever is not as expected ends it with a sentence and status 1. */

#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "../loop.h"

#include <openssl/ssl.h>

enum { MAX_PORTS = 8, HEAD_ROOM = 8192, MAX_HARVEST = 2 };

struct options {
    uint16_t ports[MAX_PORTS];
    int port_count;
    int connections;
    int idle; /* further connections that make one request and stay open */
    const char *requests;
    uint64_t count; /* requests of the run, or 0 where its length is `seconds` */
    double seconds;
    double rate; /* a second; 0: as fast as answers come */
    uint64_t burst; /* so many requests are due at one moment */
    int64_t expected_bytes; /* of each answer's body; -1: any */
    int is_tls, is_resuming, is_closing;
    size_t frame_bytes; /* of a WebSocket's messages; 0: plain requests */
    const char *harvest[MAX_HARVEST]; /* cookies whose values are written down */
    int harvest_count;
    FILE *harvest_file;
};

/* The bytes of one request, as they go out. */
struct record {
    const char *bytes;
    size_t length;
};

enum state { CLOSED, CONNECTING, HANDSHAKING, FREE, BUSY };

struct connection {
    int descriptor;
    enum state state;
    uint32_t events;
    uint16_t port;
    int is_parked; /* one of the idle ones */
    int is_tunnel; /* the WebSocket is open */
    int has_request;
    SSL *ssl;
    SSL_SESSION *session;
    struct record out; /* what is left to send */
    uint64_t due; /* nanoseconds; latency counts from here */
    /* the answer under way */
    char *head;
    size_t head_length;
    int is_in_body;
    int64_t body_left;
    size_t frame_seen;
    struct connection *next_free;
};

extern struct options options;

uint64_t now_nanoseconds(void);
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* transport.c: sockets and TLS. */
void prepare_transport(int epoll);
void open_connection(struct connection *connection);
void close_connection(struct connection *connection);
/* Goes on with connecting and the handshake; 1 once requests may be sent. */
int establish(struct connection *connection);
void want_write(struct connection *connection, int is_wanted);
/* As many bytes as the socket takes, or gives; 0 where it has to wait, -1 where the peer closed. */
ssize_t send_some(struct connection *connection, const char *bytes, size_t length);
ssize_t receive_some(struct connection *connection, char *bytes, size_t length);

/* answer.c: reading answers. */
void prepare_frames(void);
struct record frame_record(void);
void begin_answer(struct connection *connection);
/* Takes what came; 1 once the answer is whole. What comes beyond it is a failure. */
int take_answer(struct connection *connection, const char *bytes, size_t length);
extern uint64_t body_bytes;

#endif

/* Usage: floor LISTEN-PORT UPSTREAM-PORT
 *
 * The floor of what a proxy can cost: it pairs each client connection with an upstream connection of its own and
 * copies bytes both ways. It parses nothing, checks nothing and adds nothing. One thread, level-triggered epoll;
 * a read goes through one scratch buffer straight into a write, so a request that meets no full socket costs two
 * recv, two send and its share of epoll_wait. */

#define _GNU_SOURCE
#include "loop.h"

enum { SCRATCH = 64 * 1024, EVENTS = 256 };

/* One end of a pair. The bytes that its socket did not take wait here; until they are gone, nothing is read from
 * the other end. */
struct end {
    struct end *peer;
    char *waiting;
    size_t waiting_length;
    int descriptor;
    uint32_t events;
    int is_read_closed;
    int is_write_closed;
};

static int epoll;
static char scratch[SCRATCH];

static void set_events(struct end *end) {
    uint32_t events = 0;
    if (!end->is_read_closed && end->peer->waiting_length == 0) events |= EPOLLIN;
    if (end->waiting_length > 0) events |= EPOLLOUT;
    if (events != end->events) {
        end->events = events;
        watch(epoll, EPOLL_CTL_MOD, end->descriptor, events, end);
    }
}

/* Sends; what the socket does not take waits. Returns -1 where the connection is lost. */
static int deliver(struct end *to, const char *bytes, size_t length) {
    ssize_t sent = send(to->descriptor, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) {
        /* A connection that is not established yet takes nothing either. */
        if (errno != EAGAIN && errno != EINTR && errno != ENOTCONN) return -1;
        sent = 0;
    }
    if ((size_t)sent == length) return 0;
    to->waiting_length = length - (size_t)sent;
    to->waiting = malloc(to->waiting_length);
    if (to->waiting == NULL) die("malloc");
    memcpy(to->waiting, bytes + sent, to->waiting_length);
    return 0;
}

static int deliver_waiting(struct end *to) {
    char *bytes = to->waiting;
    size_t length = to->waiting_length;
    to->waiting = NULL;
    to->waiting_length = 0;
    int result = deliver(to, bytes, length);
    free(bytes);
    return result;
}

/* Reads once and passes it on; an end of the stream is passed on as well. Returns -1 where the pair is done for. */
static int transfer(struct end *from) {
    ssize_t length = recv(from->descriptor, scratch, sizeof scratch, 0);
    if (length < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (length == 0) {
        from->is_read_closed = 1;
        return 0;
    }
    return deliver(from->peer, scratch, (size_t)length);
}

/* Passes an end of stream on once nothing waits in front of it. Returns -1 when both directions have ended. */
static int finish(struct end *from) {
    struct end *to = from->peer;
    if (from->is_read_closed && to->waiting_length == 0 && !to->is_write_closed) {
        to->is_write_closed = 1;
        shutdown(to->descriptor, SHUT_WR);
    }
    return from->is_write_closed && to->is_write_closed ? -1 : 0;
}

static void begin(int client, const struct sockaddr_in *upstream) {
    struct end *pair = calloc(2, sizeof *pair);
    if (pair == NULL) die("calloc");
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) die("socket");
    no_delay(client);
    no_delay(descriptor);
    if (connect(descriptor, (const struct sockaddr *)upstream, sizeof *upstream) != 0 && errno != EINPROGRESS)
        die("connect");
    pair[0] = (struct end){.peer = &pair[1], .descriptor = client, .events = EPOLLIN};
    pair[1] = (struct end){.peer = &pair[0], .descriptor = descriptor, .events = EPOLLIN};
    watch(epoll, EPOLL_CTL_ADD, client, EPOLLIN, &pair[0]);
    watch(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN, &pair[1]);
}

/* Closes both ends. Their memory is kept until the turn is over: a later event of it may still name one of them. */
static struct end *ended[EVENTS];
static size_t ended_count;

static void end_pair(struct end *end) {
    struct end *first = end < end->peer ? end : end->peer;
    if (first->descriptor < 0) return;
    for (int index = 0; index < 2; index++) {
        close(first[index].descriptor);
        first[index].descriptor = -1;
        free(first[index].waiting);
    }
    ended[ended_count++] = first;
}

static void handle(struct end *end, uint32_t events) {
    if (end->descriptor < 0) return;
    int lost = 0;
    if (events & EPOLLOUT && end->waiting_length > 0) lost = deliver_waiting(end);
    if (!lost && events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !end->is_read_closed && end->peer->waiting_length == 0)
        lost = transfer(end);
    if (!lost && events & (EPOLLHUP | EPOLLERR) && end->is_read_closed) lost = -1;
    if (!lost) lost = finish(end) || finish(end->peer);
    if (lost) {
        end_pair(end);
        return;
    }
    set_events(end);
    set_events(end->peer);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: floor LISTEN-PORT UPSTREAM-PORT\n");
        return 2;
    }
    struct sockaddr_in upstream = loopback(port_of(argv[2]));
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
            if (events[index].data.ptr != NULL) {
                handle(events[index].data.ptr, events[index].events);
                continue;
            }
            int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (client >= 0)
                begin(client, &upstream);
            else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
                die("accept4");
        }
        while (ended_count > 0) free(ended[--ended_count]);
    }
}

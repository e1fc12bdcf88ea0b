/* Usage: load --requests FILE [OPTION…] PORT…
 *
 * Opens --connections N keep-alive connections, to the ports in turn, lets each make one request, prints "ready" and waits for
 * a line on its standard input. Then it runs --count N requests, or for --seconds S, prints one line of JSON, and keeps
 * the connections until its standard input ends: whoever watches the proxy sees requests only, no coming or going.
 *
 * --requests FILE      the requests, each behind its length in four bytes (little-endian); they are sent in turn
 * --rate R             R requests a second. A request that finds no free connection waits for one, and its latency counts
 *                      from the moment it was due: a proxy that stalls cannot hide it (coordinated omission)
 * --burst N            N requests are due at one moment, the next N when the rate allows
 * --expect-bytes N     how long the body of each answer is
 * --close              each request on a connection of its own
 * --tls, --resume      TLS 1.3; with the session of the connection before, and an error where it was not taken
 * --frame N            the requests open WebSockets, and what is counted are echoes of N bytes
 * --idle N             so many further connections make one request and stay open
 * --harvest A,B FILE   the values of these cookies of each answer, as lines */

#define _GNU_SOURCE
#include "load.h"

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum { EVENTS = 256, SCRATCH = 256 * 1024, OPENING = 64 };

struct options options = {.connections = 64, .burst = 1, .expected_bytes = -1};

static enum { OPEN, RUN, END } phase;
static int epoll_descriptor;
static struct record *records;
static size_t record_count, next_record;
static struct connection *connections;
static int connection_count, opened, answered;
static struct connection *first_free, *last_free;
static uint64_t started, deadline, ended, issued, finished;
static uint32_t *latencies; /* microseconds */
static size_t latency_room;
static char scratch[SCRATCH];

uint64_t now_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static void read_records(void) {
    int file = open(options.requests, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0) fail("%s: no requests", options.requests);
    char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED) die("mmap");
    close(file);
    size_t room = 0;
    for (size_t at = 0; at + 4 <= (size_t)status.st_size;) {
        uint32_t length;
        memcpy(&length, bytes + at, 4);
        at += 4;
        if (length == 0 || length > (size_t)status.st_size - at) fail("%s: a request is cut off", options.requests);
        if (record_count == room) {
            room = room ? room * 2 : 1024;
            records = realloc(records, room * sizeof *records);
            if (records == NULL) die("realloc");
        }
        records[record_count++] = (struct record){bytes + at, length};
        at += length;
    }
}

static void push_free(struct connection *connection) {
    connection->state = connection->state == CLOSED ? CLOSED : FREE;
    connection->next_free = NULL;
    if (last_free != NULL)
        last_free->next_free = connection;
    else
        first_free = connection;
    last_free = connection;
}

static struct connection *pop_free(void) {
    struct connection *connection = first_free;
    if (connection != NULL) {
        first_free = connection->next_free;
        if (first_free == NULL) last_free = NULL;
    }
    return connection;
}

static void note_latency(uint64_t nanoseconds) {
    if (finished == latency_room) {
        latency_room = latency_room ? latency_room * 2 : 1 << 16;
        latencies = realloc(latencies, latency_room * sizeof *latencies);
        if (latencies == NULL) die("realloc");
    }
    uint64_t microseconds = nanoseconds / 1000;
    latencies[finished++] = microseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)microseconds;
}

static void finish_request(struct connection *connection);

static void flush_out(struct connection *connection) {
    while (connection->out.length > 0) {
        ssize_t sent = send_some(connection, connection->out.bytes, connection->out.length);
        if (sent == 0) {
            want_write(connection, 1);
            return;
        }
        connection->out.bytes += sent;
        connection->out.length -= (size_t)sent;
    }
    want_write(connection, 0);
}

static void begin_request(struct connection *connection, uint64_t due) {
    connection->due = due;
    connection->has_request = 1;
    if (connection->state == CLOSED) {
        open_connection(connection);
        return;
    }
    if (connection->is_tunnel)
        connection->out = frame_record();
    else {
        connection->out = records[next_record];
        next_record = next_record + 1 == record_count ? 0 : next_record + 1;
    }
    begin_answer(connection);
    connection->state = BUSY;
    flush_out(connection);
}

/* Whether the run still wants a request at this moment. */
static int may_issue(uint64_t now) {
    return phase == RUN && (options.count > 0 ? issued < options.count : now < deadline);
}

static uint64_t due_time(uint64_t number) {
    return started + (uint64_t)((double)(number / options.burst * options.burst) * 1e9 / options.rate);
}

/* Hands requests that are due to free connections. Returns nanoseconds until the next is due, or -1. */
static int64_t issue(uint64_t now) {
    while (first_free != NULL) {
        uint64_t due = options.rate > 0 ? due_time(issued) : now;
        if (!may_issue(due)) return -1;
        if (due > now) return (int64_t)(due - now);
        issued++;
        begin_request(pop_free(), due);
    }
    return -1;
}

static void finish_request(struct connection *connection) {
    uint64_t now = now_nanoseconds();
    if (phase == OPEN && options.frame_bytes > 0 && connection->frame_seen == 0) {
        begin_request(connection, now); /* the WebSocket is open; the first echo follows */
        return;
    }
    connection->has_request = 0;
    if (options.is_closing) close_connection(connection);
    if (phase == OPEN) {
        answered++;
        if (connection->is_parked)
            connection->state = FREE;
        else
            push_free(connection);
        return;
    }
    note_latency(now - connection->due);
    ended = now;
    push_free(connection);
    if (options.rate == 0) issue(now);
}

static void receive(struct connection *connection) {
    for (;;) {
        ssize_t length = receive_some(connection, scratch, sizeof scratch);
        if (length == 0) return;
        if (length < 0) fail("the proxy closed a connection");
        if (connection->state != BUSY) fail("bytes came that nobody asked for");
        if (take_answer(connection, scratch, (size_t)length)) {
            if (connection->out.length > 0) fail("answered before the request was whole");
            finish_request(connection);
            return;
        }
        /* A short read of a plain socket emptied it. */
        if (!options.is_tls && length < SCRATCH) return;
    }
}

static void handle(struct connection *connection, uint32_t events) {
    if (connection->state == CLOSED) return;
    if (connection->state == CONNECTING || connection->state == HANDSHAKING) {
        if (!establish(connection)) return;
        connection->state = FREE;
        begin_request(connection, phase == RUN ? connection->due : now_nanoseconds());
        return;
    }
    if (events & EPOLLOUT && connection->out.length > 0) flush_out(connection);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(connection);
}

static void turn(int64_t nanoseconds) {
    struct epoll_event events[EVENTS];
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    int count = epoll_pwait2(epoll_descriptor, events, EVENTS, nanoseconds < 0 ? NULL : &limit, NULL);
    if (count < 0 && errno != EINTR) die("epoll_pwait2");
    for (int index = 0; index < count; index++) handle(events[index].data.ptr, events[index].events);
}

static void open_all(void) {
    connection_count = options.connections + options.idle;
    connections = calloc((size_t)connection_count, sizeof *connections);
    if (connections == NULL) die("calloc");
    uint64_t patience = now_nanoseconds() + 60000000000;
    while (answered < connection_count) {
        while (opened < connection_count && opened - answered < OPENING) {
            struct connection *connection = &connections[opened];
            connection->head = malloc(HEAD_ROOM);
            if (connection->head == NULL) die("malloc");
            connection->port = options.ports[opened % options.port_count];
            connection->is_parked = opened >= options.connections;
            opened++;
            open_connection(connection);
        }
        turn(1000000000);
        if (now_nanoseconds() > patience) fail("%d of %d connections got no answer within a minute", connection_count - answered, connection_count);
    }
}

static void run(void) {
    phase = RUN;
    body_bytes = 0;
    started = now_nanoseconds();
    deadline = started + (uint64_t)(options.seconds * 1e9);
    for (;;) {
        uint64_t now = now_nanoseconds();
        int64_t pause = issue(now);
        if (pause < 0 && finished == issued && !may_issue(options.rate > 0 ? due_time(issued) : now)) break;
        turn(pause < 0 ? 1000000000 : pause);
        if (now_nanoseconds() > (ended > started ? ended : started) + 20000000000) fail("no answer within 20 seconds");
    }
    phase = END;
}

static int compare(const void *left, const void *right) {
    uint32_t one = *(const uint32_t *)left, other = *(const uint32_t *)right;
    return (one > other) - (one < other);
}

static double percentile(double part) {
    if (finished == 0) return NAN;
    size_t index = (size_t)ceil(part * (double)finished);
    return latencies[index > 0 ? index - 1 : 0] / 1000.0;
}

static void report(void) {
    if (finished == 0) fail("no request was made");
    qsort(latencies, finished, sizeof *latencies, compare);
    printf("{\"requests\":%llu,\"seconds\":%.6f,\"bytes\":%llu,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}\n",
        (unsigned long long)finished, (double)(ended - started) / 1e9, (unsigned long long)body_bytes, percentile(0.5),
        percentile(0.9), percentile(0.99), percentile(1));
    fflush(stdout);
}

static double number(const char *text) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != 0 || value < 0) fail("not a number: %s", text);
    return value;
}

static void parse_harvest(char *names, const char *path) {
    for (char *name = strtok(names, ","); name != NULL; name = strtok(NULL, ",")) {
        if (options.harvest_count == MAX_HARVEST) fail("at most %d cookies are written down", MAX_HARVEST);
        options.harvest[options.harvest_count++] = name;
    }
    options.harvest_file = fopen(path, "we");
    if (options.harvest_file == NULL) die(path);
}

static void parse(int argc, char **argv) {
    for (int index = 1; index < argc; index++) {
        const char *name = argv[index];
        if (name[0] != '-') {
            if (options.port_count == MAX_PORTS) fail("at most %d ports", MAX_PORTS);
            options.ports[options.port_count++] = port_of(name);
            continue;
        }
        if (strcmp(name, "--close") == 0) { options.is_closing = 1; continue; }
        if (strcmp(name, "--tls") == 0) { options.is_tls = 1; continue; }
        if (strcmp(name, "--resume") == 0) { options.is_resuming = 1; continue; }
        if (++index == argc) fail("%s needs a value", name);
        if (strcmp(name, "--requests") == 0) options.requests = argv[index];
        else if (strcmp(name, "--connections") == 0) options.connections = (int)number(argv[index]);
        else if (strcmp(name, "--idle") == 0) options.idle = (int)number(argv[index]);
        else if (strcmp(name, "--count") == 0) options.count = (uint64_t)number(argv[index]);
        else if (strcmp(name, "--seconds") == 0) options.seconds = number(argv[index]);
        else if (strcmp(name, "--rate") == 0) options.rate = number(argv[index]);
        else if (strcmp(name, "--burst") == 0) options.burst = (uint64_t)number(argv[index]);
        else if (strcmp(name, "--expect-bytes") == 0) options.expected_bytes = (int64_t)number(argv[index]);
        else if (strcmp(name, "--frame") == 0) options.frame_bytes = (size_t)number(argv[index]);
        else if (strcmp(name, "--harvest") == 0 && index + 1 < argc) {
            parse_harvest(argv[index], argv[index + 1]);
            index++;
        } else fail("unknown option: %s", name);
    }
    if (options.requests == NULL || options.port_count == 0 || options.connections < 1 || options.burst < 1
        || (options.count == 0 && options.seconds == 0))
        fail("usage: load --requests FILE (--count N | --seconds S) [OPTION…] PORT…");
}

int main(int argc, char **argv) {
    parse(argc, argv);
    prepare_process();
    read_records();
    if (options.frame_bytes > 0) prepare_frames();
    epoll_descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_descriptor < 0) die("epoll_create1");
    prepare_transport(epoll_descriptor);
    open_all();
    puts("ready");
    fflush(stdout);
    if (fgets(scratch, sizeof scratch, stdin) == NULL) return 0;
    run();
    if (options.harvest_file != NULL && fclose(options.harvest_file) != 0) die("the harvest");
    report();
    while (fgets(scratch, sizeof scratch, stdin) != NULL) {}
    return 0;
}

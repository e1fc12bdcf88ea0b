/* Reading answers: the head, a body of Content-Length, and the echoes of a WebSocket. A proxy that answers in another
 * framing, with another status, or another length than asked for gets no figure. */

#define _GNU_SOURCE
#include "load.h"

uint64_t body_bytes;

static char *frame;
static size_t frame_length;
static char *echo; /* the frame as the server sends it back */
static size_t echo_length;

static size_t write_frame_head(char *to, size_t length, int is_masked) {
    unsigned char mask = is_masked ? 0x80 : 0;
    to[0] = (char)0x82; /* FIN, binary */
    if (length < 126) {
        to[1] = (char)(mask | length);
        return 2;
    }
    to[1] = (char)(mask | 126);
    to[2] = (char)(length >> 8);
    to[3] = (char)length;
    return 4;
}

void prepare_frames(void) {
    static const char mask[4] = {0x37, (char)0xfa, 0x21, 0x3d};
    size_t length = options.frame_bytes;
    if (length > 65535) fail("a frame has at most 65,535 bytes here");
    frame = malloc(length + 8);
    echo = malloc(length + 4);
    if (frame == NULL || echo == NULL) fail("malloc");
    frame_length = write_frame_head(frame, length, 1);
    echo_length = write_frame_head(echo, length, 0);
    memcpy(frame + frame_length, mask, 4);
    frame_length += 4;
    for (size_t index = 0; index < length; index++) {
        char byte = (char)('a' + index % 26);
        frame[frame_length++] = byte ^ mask[index % 4];
        echo[echo_length++] = byte;
    }
}

struct record frame_record(void) {
    return (struct record){frame, frame_length};
}

void begin_answer(struct connection *connection) {
    connection->head_length = 0;
    connection->is_in_body = 0;
    connection->frame_seen = 0;
}

/* The value of a field in a head that ends with a NUL, or NULL; `after` is where a search begins. */
static const char *field(const char *after, const char *name) {
    size_t length = strlen(name);
    for (const char *line = strstr(after, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':') {
            const char *value = line + 3 + length;
            return value + strspn(value, " \t");
        }
    }
    return NULL;
}

static void harvest(const char *head) {
    for (int index = 0; index < options.harvest_count; index++) {
        const char *name = options.harvest[index];
        size_t length = strlen(name);
        const char *value = field(head, "set-cookie");
        while (value != NULL && !(strncmp(value, name, length) == 0 && value[length] == '='))
            value = field(value, "set-cookie");
        if (value == NULL) fail("an answer sets no cookie %s", name);
        value += length + 1;
        fprintf(options.harvest_file, "%.*s%c", (int)strcspn(value, ";\r"), value,
            index + 1 < options.harvest_count ? ' ' : '\n');
    }
}

static void read_head(struct connection *connection) {
    char *head = connection->head;
    int status = 0;
    if (sscanf(head, "HTTP/1.%*1[01] %3d", &status) != 1) fail("the answer is not HTTP/1: %.40s", head);
    if (options.frame_bytes > 0) {
        if (status != 101) fail("answered %.*s instead of 101", (int)strcspn(head, "\r"), head);
        connection->is_tunnel = 1;
        connection->body_left = 0;
        return;
    }
    if (status < 200 || status > 299) fail("answered %.*s", (int)strcspn(head, "\r"), head);
    const char *length = field(head, "content-length");
    if (length == NULL && status != 204) fail("an answer has no Content-Length");
    connection->body_left = length == NULL ? 0 : strtoll(length, NULL, 10);
    if (options.expected_bytes >= 0 && connection->body_left != options.expected_bytes)
        fail("an answer has %lld bytes instead of %lld", (long long)connection->body_left, (long long)options.expected_bytes);
    if (options.harvest_count > 0) harvest(head);
}

static int take_echo(struct connection *connection, const char *bytes, size_t length) {
    if (length > echo_length - connection->frame_seen) fail("an echo is longer than what was sent");
    if (memcmp(echo + connection->frame_seen, bytes, length) != 0) fail("an echo differs from what was sent");
    connection->frame_seen += length;
    body_bytes += length;
    return connection->frame_seen == echo_length;
}

int take_answer(struct connection *connection, const char *bytes, size_t length) {
    if (connection->is_tunnel) return take_echo(connection, bytes, length);
    if (!connection->is_in_body) {
        size_t before = connection->head_length;
        size_t taken = length < HEAD_ROOM - 1 - before ? length : HEAD_ROOM - 1 - before;
        memcpy(connection->head + before, bytes, taken);
        connection->head[before + taken] = 0;
        char *end = memmem(connection->head, before + taken, "\r\n\r\n", 4);
        if (end == NULL) {
            if (taken < length) fail("the head of an answer is longer than %d bytes", HEAD_ROOM);
            connection->head_length += taken;
            return 0;
        }
        size_t head_length = (size_t)(end + 4 - connection->head);
        end[2] = 0; /* the last line keeps its end */
        read_head(connection);
        connection->is_in_body = 1;
        bytes += head_length - before;
        length -= head_length - before;
    }
    if ((int64_t)length > connection->body_left) fail("%zu bytes came after an answer", length);
    connection->body_left -= (int64_t)length;
    body_bytes += length;
    return connection->body_left == 0;
}

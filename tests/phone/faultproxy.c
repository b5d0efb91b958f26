/* A TCP proxy that breaks a stream on purpose, at an exact byte.
 *
 * usage: faultproxy --port PORT [--netns /proc/PID/ns/net]
 *
 * Listens on a free port of 127.0.0.1 where it was started, then (with --netns) enters another network namespace for
 * good: a listening socket stays in the namespace it was made in, so clients come from here and connections go there.
 * Prints "port N" first. Then one command a line on standard input, one answer a line on standard output ("ok …" or
 * "error …"); the end of standard input ends the program, so it never outlives the test that started it.
 *
 * Directions: "up" is client to phone, "down" is phone to client. AT counts bytes of that direction from the moment of
 * the command, over all connections; byte AT (0 is the next one) is the first one not forwarded, or the one flipped.
 *
 *   cut DIR AT rst|fin     both sides get a reset, or an orderly end, once AT bytes are delivered
 *   stall DIR AT SECONDS   nothing more in this direction, for a time or (negative) until "clear"
 *   flip DIR AT BIT        one bit (0…7) of byte AT is inverted
 *   pace DIR RATE          at most RATE bytes a second in this direction, all connections together; 0 is unlimited
 *   hide NAME[,NAME…]|-    take these features out of the connection banners of both sides (adb: CNXN packets)
 *   refuse 0|1             close new connections at once, as an unplugged cable
 *   drop rst|fin           end all connections now
 *   clear                  forget all armed faults and end stalls (pace, hide and refuse stay)
 *   probe                  can the phone's port be reached right now? answers "ok 1" or "ok 0"
 *   quit                   end, as the end of standard input does
 *   status                 "ok UP DOWN OPEN ACCEPTED FIRED STALLED"
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "adb_banner.h"

enum { UP, DOWN, DIRECTIONS };
enum { MAX_CONNECTIONS = 64, MAX_FAULTS = 256, BUFFER = 256 * 1024, LINE = 4096 };
static const double BURST_S = 0.05, STEP_S = 0.002;

enum kind { CUT_RST, CUT_FIN, STALL, FLIP };
struct fault { enum kind kind; int dir; uint64_t at; int bit; double seconds; };
/* One direction of one connection: bytes start…end of buf wait to be written to `to`. */
struct flow { int from, to; size_t start, end; bool ended, told; bool banner_seen; unsigned char *buf; };
struct connection { bool open; struct flow flow[DIRECTIONS]; };

static struct connection connections[MAX_CONNECTIONS];
static struct fault faults[MAX_FAULTS];
static int fault_count, phone_port;
static uint64_t passed[DIRECTIONS], accepted, fired;
static double rate[DIRECTIONS], tokens[DIRECTIONS], filled[DIRECTIONS], stalled_until[DIRECTIONS];
static bool refusing, quitting;
static char hidden[LINE];

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what) {
    fprintf(stderr, "faultproxy: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void tune(int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0) die("fcntl");
}

static int dial(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)phone_port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void reset_on_close(int fd) {
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

/* A reset throws away what the kernel has not delivered yet; wait for it (a second at most), so that AT is exact. */
static void drain(int fd) {
    double give_up = now_s() + 1;
    int waiting = 0;
    while (ioctl(fd, SIOCOUTQ, &waiting) == 0 && waiting > 0 && now_s() < give_up) {
        struct timespec pause = {.tv_nsec = 200 * 1000};
        nanosleep(&pause, NULL);
    }
}

static void end_connection(struct connection *c, bool reset) {
    int client = c->flow[UP].from, phone = c->flow[UP].to;
    if (reset) {
        drain(client);
        drain(phone);
        reset_on_close(client);
        reset_on_close(phone);
    } else {
        shutdown(client, SHUT_WR);
        shutdown(phone, SHUT_WR);
    }
    /* Closing with unread bytes would send a reset in place of the orderly end: read them away first. */
    static unsigned char waste[BUFFER];
    while (!reset && read(client, waste, sizeof waste) > 0) {}
    while (!reset && read(phone, waste, sizeof waste) > 0) {}
    close(client);
    close(phone);
    free(c->flow[UP].buf);
    free(c->flow[DOWN].buf);
    memset(c, 0, sizeof *c);
}

static void end_all(bool reset) {
    for (int i = 0; i < MAX_CONNECTIONS; i++)
        if (connections[i].open) end_connection(&connections[i], reset);
}

static void accept_one(int listener) {
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0) return;
    accepted++;
    struct connection *c = NULL;
    for (int i = 0; i < MAX_CONNECTIONS && !c; i++)
        if (!connections[i].open) c = &connections[i];
    int phone = refusing || !c ? -1 : dial();
    if (phone < 0) {
        reset_on_close(client);
        close(client);
        return;
    }
    tune(client);
    tune(phone);
    memset(c, 0, sizeof *c);
    c->open = true;
    c->flow[UP] = (struct flow){.from = client, .to = phone, .buf = malloc(BUFFER)};
    c->flow[DOWN] = (struct flow){.from = phone, .to = client, .buf = malloc(BUFFER)};
    if (!c->flow[UP].buf || !c->flow[DOWN].buf) die("malloc");
}

static void refill(int dir) {
    double t = now_s();
    tokens[dir] += (t - filled[dir]) * rate[dir];
    filled[dir] = t;
    double most = rate[dir] * BURST_S;
    if (most < 4096) most = 4096;
    if (tokens[dir] > most) tokens[dir] = most;
}

/* Apply what is armed for the next bytes. Returns how many may go now; *cut says the connection ends here. */
static size_t allowed(int dir, struct flow *f, enum kind *cut, bool *cutting) {
    size_t limit = f->end - f->start;
    for (int i = 0; i < fault_count;) {
        struct fault x = faults[i];
        bool here = x.dir == dir && x.at <= passed[dir];
        if (here && x.kind != FLIP) {
            faults[i] = faults[--fault_count];
            fired++;
            if (x.kind != STALL) {
                *cut = x.kind;
                *cutting = true;
                return 0;
            }
            stalled_until[dir] = x.seconds < 0 ? 1e300 : now_s() + x.seconds;
            continue;
        }
        if (x.dir == dir && x.kind == FLIP && x.at < passed[dir] + limit) {
            f->buf[f->start + (x.at - passed[dir])] ^= (unsigned char)(1 << x.bit);
            faults[i] = faults[--fault_count];
            fired++;
            continue;
        }
        if (x.dir == dir && x.kind != FLIP && x.at - passed[dir] < limit) limit = x.at - passed[dir];
        i++;
    }
    if (stalled_until[dir] > 0) {
        if (now_s() < stalled_until[dir]) return 0;
        stalled_until[dir] = 0;
    }
    if (rate[dir] > 0) {
        refill(dir);
        double step = rate[dir] * STEP_S;
        double wanted = limit < step ? (double)limit : step;
        if (tokens[dir] < wanted) return 0;
        if (limit > tokens[dir]) limit = (size_t)tokens[dir];
    }
    return limit;
}

/* Move what can be moved. Returns true if the write side is full (poll for it). */
static bool pump(struct connection *c, int dir) {
    struct flow *f = &c->flow[dir];
    for (int round = 0; round < 4; round++) {
        if (f->start == f->end) f->start = f->end = 0;
        if (!f->ended && f->end < BUFFER && (f->end == 0 || !f->banner_seen)) {
            ssize_t n = read(f->from, f->buf + f->end, BUFFER - f->end);
            if (n > 0) f->end += (size_t)n;
            else if (n == 0) f->ended = true;
            else if (errno != EAGAIN && errno != EINTR) {
                end_connection(c, true);
                return false;
            }
        }
        if (!f->banner_seen) {
            if (f->start == f->end && !f->ended) return false;
            size_t size = f->end - f->start;
            bool seen = !*hidden || hide_features(hidden, f->buf + f->start, &size, f->ended);
            f->end = f->start + size;
            if (!seen && f->end < BUFFER) return false;
            f->banner_seen = true;
        }
        if (f->start == f->end) break;
        enum kind cut = CUT_RST;
        bool cutting = false;
        size_t limit = allowed(dir, f, &cut, &cutting);
        if (cutting) {
            end_connection(c, cut == CUT_RST);
            return false;
        }
        if (limit == 0) return false;
        ssize_t n = send(f->to, f->buf + f->start, limit, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EAGAIN || errno == EINTR) return true;
            end_connection(c, true);
            return false;
        }
        f->start += (size_t)n;
        passed[dir] += (uint64_t)n;
        if (rate[dir] > 0) tokens[dir] -= (double)n;
    }
    if (f->ended && f->start == f->end && !f->told) {
        shutdown(f->to, SHUT_WR);
        f->told = true;
        if (c->flow[!dir].told) end_connection(c, false);
    }
    return false;
}

static int direction(const char *word) {
    return strcmp(word, "up") == 0 ? UP : strcmp(word, "down") == 0 ? DOWN : -1;
}

static const char *arm(enum kind kind, const char *where, double at, double extra) {
    int dir = direction(where);
    if (dir < 0) return "direction is up or down";
    if (at < 0 || at > 9e15) return "AT is a byte offset";
    if (kind == FLIP && !(extra >= 0 && extra <= 7)) return "BIT is 0 to 7";
    if (fault_count == MAX_FAULTS) return "too many faults are armed";
    faults[fault_count++] =
        (struct fault){.kind = kind, .dir = dir, .at = passed[dir] + (uint64_t)at, .bit = (int)extra, .seconds = extra};
    return NULL;
}

static const char *set_rate(const char *where, double value) {
    int dir = direction(where);
    if (dir < 0 || value < 0) return "usage: pace up|down RATE";
    rate[dir] = value;
    tokens[dir] = 0;
    filled[dir] = now_s();
    return NULL;
}

static void answer_status(void) {
    int open = 0, stalled = 0;
    for (int i = 0; i < MAX_CONNECTIONS; i++) open += connections[i].open;
    for (int d = 0; d < DIRECTIONS; d++) stalled += stalled_until[d] > now_s();
    printf("ok %llu %llu %d %llu %llu %d\n", (unsigned long long)passed[UP], (unsigned long long)passed[DOWN], open,
           (unsigned long long)accepted, (unsigned long long)fired, stalled);
}

static void obey(char *line) {
    char verb[16] = "", word[LINE] = "", last[16] = "";
    double at = -1;
    int words = sscanf(line, "%15s %4095s %lf %15s", verb, word, &at, last);
    const char *problem = NULL;
    if (strcmp(verb, "status") == 0) {
        answer_status();
        return;
    }
    if (strcmp(verb, "probe") == 0) {
        int fd = dial();
        if (fd >= 0) close(fd);
        printf("ok %d\n", fd >= 0);
        return;
    }
    if (strcmp(verb, "cut") == 0 && words == 4) problem = arm(strcmp(last, "fin") ? CUT_RST : CUT_FIN, word, at, 0);
    else if (strcmp(verb, "stall") == 0 && words == 4) problem = arm(STALL, word, at, atof(last));
    else if (strcmp(verb, "flip") == 0 && words == 4) problem = arm(FLIP, word, at, atof(last));
    else if (strcmp(verb, "pace") == 0 && words == 3) problem = set_rate(word, at);
    else if (strcmp(verb, "hide") == 0 && words == 2) strcpy(hidden, strcmp(word, "-") ? word : "");
    else if (strcmp(verb, "refuse") == 0 && words == 2) refusing = *word == '1';
    else if (strcmp(verb, "drop") == 0 && words == 2) end_all(strcmp(word, "fin") != 0);
    else if (strcmp(verb, "quit") == 0) quitting = true;
    else if (strcmp(verb, "clear") == 0) {
        fault_count = 0;
        stalled_until[UP] = stalled_until[DOWN] = 0;
    } else problem = "no such command";
    if (problem) printf("error %s\n", problem);
    else puts("ok");
}

/* Returns false at the end of standard input. */
static bool obey_input(void) {
    static char text[LINE * 2];
    static size_t length;
    ssize_t n = read(0, text + length, sizeof text - 1 - length);
    if (n <= 0) return n < 0 && errno == EINTR;
    length += (size_t)n;
    text[length] = '\0';
    for (char *newline; (newline = memchr(text, '\n', length));) {
        *newline = '\0';
        obey(text);
        length -= (size_t)(newline + 1 - text);
        memmove(text, newline + 1, length + 1);
    }
    return !quitting && length < sizeof text - 1;
}

/* How long the loop may sleep: until tokens suffice or a stall ends. */
static double wait_for(int dir) {
    double t = now_s();
    if (stalled_until[dir] > t) return stalled_until[dir] - t;
    if (rate[dir] <= 0) return 0;
    double missing = rate[dir] * STEP_S - tokens[dir];
    return missing > 0 ? missing / rate[dir] : 0;
}

static void serve(int listener) {
    for (;;) {
        struct pollfd polls[2 + 2 * MAX_CONNECTIONS] = {{.fd = 0, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
        nfds_t count = 2;
        double sleep_s = 1e300;
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            for (int dir = 0; dir < DIRECTIONS && connections[i].open; dir++) {
                struct connection *c = &connections[i];
                struct flow *f = &c->flow[dir];
                bool full = pump(c, dir);
                if (!c->open) break;
                if (full) polls[count++] = (struct pollfd){.fd = f->to, .events = POLLOUT};
                else if (f->start < f->end && f->banner_seen) {
                    double t = wait_for(dir);
                    if (t < sleep_s) sleep_s = t;
                } else if (!f->ended) polls[count++] = (struct pollfd){.fd = f->from, .events = POLLIN};
            }
        }
        struct timespec pause = {.tv_sec = 3600};
        if (sleep_s < 3600) {
            pause.tv_sec = (time_t)sleep_s;
            pause.tv_nsec = (long)((sleep_s - (double)pause.tv_sec) * 1e9);
        }
        if (ppoll(polls, count, &pause, NULL) < 0 && errno != EINTR) die("poll");
        if (polls[1].revents) accept_one(listener);
        if (polls[0].revents && !obey_input()) return;
    }
}

int main(int argc, char **argv) {
    const char *netns = NULL;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--port") == 0) phone_port = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--netns") == 0) netns = argv[i + 1];
    }
    if (phone_port <= 0 || phone_port > 65535) {
        fprintf(stderr, "usage: faultproxy --port PORT [--netns FILE]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 16) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) < 0)
        die("listen");
    if (netns) {
        int fd = open(netns, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) die(netns);
        close(fd);
    }
    printf("port %d\n", ntohs(address.sin_port));
    serve(listener);
    return 0;
}

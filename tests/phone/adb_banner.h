/* The banner that opens an adb connection: AOSP packages/modules/adb/protocol.txt, "CONNECT". */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { CNXN_HEADER = 24, CNXN_MAX = 65536 };
static const uint32_t A_CNXN = 0x4e584e43;

static uint32_t get32(const unsigned char *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(unsigned char *p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = (unsigned char)(v >> (8 * i));
}

static bool is_listed(const char *list, const char *name, size_t length) {
    for (const char *p = list; *p;) {
        size_t n = strcspn(p, ",");
        if (n == length && strncmp(p, name, n) == 0) return true;
        p += n + (p[n] == ',');
    }
    return false;
}

/* Take the names in `hidden` (comma-separated) out of "…features=a,b,c" in the banner that opens an adb connection;
 * length and byte-sum check are put right, *size shrinks. Returns false while the banner is not complete yet. */
static bool hide_features(const char *hidden, unsigned char *packet, size_t *size, bool ended) {
    size_t have = *size;
    if (have < 4) return ended;
    if (get32(packet) != A_CNXN) return true;
    if (have < CNXN_HEADER) return ended;
    uint32_t length = get32(packet + 12);
    if (length > CNXN_MAX) return true;
    if (have < CNXN_HEADER + length) return ended;
    char *text = (char *)packet + CNXN_HEADER, *list = memmem(text, length, "features=", 9);
    if (!list) return true;
    char *out = list + 9, *stop = text + length;
    bool first = true;
    for (char *p = out; p < stop;) {
        size_t n = 0;
        while (p + n < stop && p[n] != ',' && p[n] != ';' && p[n] != '\0') n++;
        char *next = p + n;
        bool more = next < stop && *next == ',';
        if (!is_listed(hidden, p, n)) {
            if (!first) *out++ = ',';
            memmove(out, p, n);
            out += n;
            first = false;
        }
        p = next + more;
        if (!more) {
            memmove(out, p, (size_t)(stop - p));
            out += stop - p;
            break;
        }
    }
    uint32_t shorter = (uint32_t)(out - text), sum = 0;
    for (uint32_t i = 0; i < shorter; i++) sum += (unsigned char)text[i];
    memmove(out, stop, have - CNXN_HEADER - length);
    *size -= length - shorter;
    put32(packet + 12, shorter);
    put32(packet + 16, sum);
    return true;
}

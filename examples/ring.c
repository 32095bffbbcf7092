/* A ring buffer of bytes: one writer, one reader, no locks. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SIZE 0x100 /* a power of two, so that the mask below works */

struct ring {
    uint8_t data[SIZE];
    _Atomic uint32_t head, tail;
};

static bool put(struct ring *r, uint8_t byte) {
    uint32_t head = atomic_load(&r->head);
    if (head - atomic_load(&r->tail) == SIZE)
        return false; /* full */
    r->data[head & (SIZE - 1)] = byte;
    atomic_store(&r->head, head + 1);
    return true;
}

static int get(struct ring *r) {
    uint32_t tail = atomic_load(&r->tail);
    if (tail == atomic_load(&r->head))
        return -1; /* empty */
    int byte = r->data[tail & (SIZE - 1)];
    atomic_store(&r->tail, tail + 1);
    return byte;
}

int main(void) {
    static struct ring r;
    for (const char *c = "hello\n"; *c; c++)
        put(&r, (uint8_t)*c);
    for (int byte; (byte = get(&r)) >= 0;)
        putchar(byte);
}

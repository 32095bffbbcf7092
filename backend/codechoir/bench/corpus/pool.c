/* A pool of memory blocks: written for the benchmarks, in the manner of everyday C. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 64
#define BLOCK_COUNT 1024

typedef struct block {
    struct block *next;
    unsigned char data[BLOCK_SIZE];
} block_t;

typedef struct {
    block_t *first_free;
    block_t *storage;
    size_t used;
    bool verbose;
} pool_t;

static int pool_errors = 0;

/* Prepare a pool; returns false when there is no memory. */
bool pool_init(pool_t *pool, bool verbose)
{
    pool->storage = calloc(BLOCK_COUNT, sizeof(block_t));
    if (pool->storage == NULL) {
        pool_errors++;
        return false;
    }
    for (size_t i = 0; i + 1 < BLOCK_COUNT; ++i) {
        pool->storage[i].next = &pool->storage[i + 1];
    }
    pool->first_free = pool->storage;
    pool->used = 0;
    pool->verbose = verbose;
    return true;
}

void *pool_take(pool_t *pool)
{
    block_t *block = pool->first_free;
    if (!block) {
        fprintf(stderr, "pool is empty\n");
        return NULL;
    }
    pool->first_free = block->next;
    pool->used += 1;
    memset(block->data, 0xff, BLOCK_SIZE);
    return block->data;
}

void pool_give(pool_t *pool, void *data)
{
    block_t *block = (block_t *)((char *)data - offsetof(block_t, data));
    assert(pool->used > 0 && "gave back too much");
    block->next = pool->first_free;
    pool->first_free = block;
    pool->used--;
}

static unsigned long checksum(const unsigned char *bytes, size_t length)
{
    unsigned long sum = 5381UL;
    while (length-- > 0) {
        sum = (sum << 5) ^ (sum >> 27) ^ *bytes++;
    }
    return sum & 0xffffffffUL;
}

int main(int argc, char **argv)
{
    pool_t pool;
    const char *text = argc > 1 ? argv[1] : "hello world";
    if (!pool_init(&pool, true)) {
        return EXIT_FAILURE;
    }
    char *copy = pool_take(&pool);
    strncpy(copy, text, BLOCK_SIZE - 1);
    printf("%lu of %zu\n", checksum((unsigned char *)copy, strlen(copy)), pool.used);
    pool_give(&pool, copy);
    free(pool.storage);
    return pool_errors == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

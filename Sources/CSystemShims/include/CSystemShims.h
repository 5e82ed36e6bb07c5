// Calls that Swift's Glibc module lacks because they sit behind _GNU_SOURCE or are macros.
#ifndef CLAVA_SYSTEM_SHIMS_H
#define CLAVA_SYSTEM_SHIMS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK): a wake-up descriptor for poll loops. Returns -1 and sets errno on failure.
int clava_eventfd(void);
/// syncfs(descriptor): forces a whole file system to disk.
int clava_sync_file_system(int descriptor);
/// Opens a file without a name in a folder, for writing (O_TMPFILE). Returns -1 and sets errno on failure.
int clava_open_unnamed(const char *folder);
/// Gives a file from `clava_open_unnamed` its name, unless something is there. Returns -1 and sets errno on failure.
int clava_link_unnamed(int descriptor, const char *path);
/// Names the calling thread (15 characters are kept).
void clava_thread_name(const char *name);
/// Asks the kernel to send this process `signal` when the thread that created it dies.
int clava_parent_death_signal(int signal);
/// Keeps memory that is freed in the process, for short programs that allocate the same large columns again and again:
/// new pages would each be cleared by the kernel first.
void clava_keep_freed_memory(void);
/// Locks bytes of a file for this opening of it (an open file description lock), without waiting. The kernel drops the
/// lock when the last descriptor of the opening is closed, however its process ends. Returns -1 and sets errno on failure.
int clava_lock_bytes(int descriptor, int64_t offset, int64_t length);
/// Gives bytes from `clava_lock_bytes` free.
int clava_unlock_bytes(int descriptor, int64_t offset, int64_t length);
/// Whether some other opening of the file holds a lock on one of the bytes: 1, 0, or -1 with errno on failure.
int clava_bytes_are_locked(int descriptor, int64_t offset, int64_t length);
/// Tells the processor that a loop waits for another one.
static inline void clava_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
/// CRC-32C (Castagnoli) of `length` bytes, continuing from `crc` (0 to start).
uint32_t clava_crc32c(uint32_t crc, const void *bytes, size_t length);
/// Exit status of a wait status, or -1 if the process was ended by a signal.
int clava_exit_status(int status);
/// Signal that ended a process, or -1 if it exited by itself.
int clava_term_signal(int status);

#endif

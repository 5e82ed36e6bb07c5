#define _GNU_SOURCE
#include "CSystemShims.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int clava_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int clava_sync_file_system(int descriptor) { return syncfs(descriptor); }

int clava_open_unnamed(const char *folder) { return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644); }

int clava_link_unnamed(int descriptor, const char *path) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

void clava_thread_name(const char *name) {
  char shortened[16];
  snprintf(shortened, sizeof shortened, "%s", name);
  pthread_setname_np(pthread_self(), shortened);
}

void clava_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

int clava_parent_death_signal(int signal) { return prctl(PR_SET_PDEATHSIG, signal); }

static struct flock byte_range(short type, int64_t offset, int64_t length) {
  struct flock range = {0};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = offset;
  range.l_len = length;
  return range;
}

int clava_lock_bytes(int descriptor, int64_t offset, int64_t length) {
  struct flock range = byte_range(F_WRLCK, offset, length);
  return fcntl(descriptor, F_OFD_SETLK, &range);
}

int clava_unlock_bytes(int descriptor, int64_t offset, int64_t length) {
  struct flock range = byte_range(F_UNLCK, offset, length);
  return fcntl(descriptor, F_OFD_SETLK, &range);
}

int clava_bytes_are_locked(int descriptor, int64_t offset, int64_t length) {
  struct flock range = byte_range(F_WRLCK, offset, length);
  if (fcntl(descriptor, F_OFD_GETLK, &range) != 0) return -1;
  return range.l_type != F_UNLCK;
}

int clava_exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

int clava_term_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : -1; }

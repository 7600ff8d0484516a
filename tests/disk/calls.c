/* Calls that change files, seen below Python and SQLite: recorded, made to fail, or answered by SIGKILL.
 *
 * Loaded by LD_PRELOAD; it does nothing until `calls_arm`, and looks only at what is below one folder. Each such call has
 * a number, from 0. A record of the log: five 64-bit numbers (kind, inode, a, b, length), then `length` bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sendfile.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATE, WRITE, TRUNCATE, SYNC, RENAME, LINK, UNLINK, MKDIR, RMDIR, NOTE };

static char folder[PATH_MAX];
static size_t folder_length;
static int log_file = -1;
static long fail_at = -1;
static int failure, lasting;
static atomic_long count;

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* `root`: an absolute path. `log`: a descriptor to write records to, or -1. `at`: the number of the call that fails, or
 * -1. `error`: the errno, or 0 for SIGKILL instead. `last`: later calls that take room fail too. */
void calls_arm(const char *root, int log, long at, int error, int last) {
    snprintf(folder, sizeof folder, "%s", root);
    folder_length = strlen(folder);
    log_file = log;
    fail_at = at;
    failure = error;
    lasting = last;
    atomic_store(&count, 0);
}

long calls_made(void) { return atomic_load(&count); }

static int below(const char *path) {
    return folder_length && !strncmp(path, folder, folder_length) && (path[folder_length] == '/' || !path[folder_length]);
}

/* The absolute path of a name in the folder of a descriptor; whether it is below the folder. */
static int resolved(int at, const char *name, char *path) {
    if (!folder_length) return 0;
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
    } else {
        char link[64];
        ssize_t length;
        if (at == AT_FDCWD) {
            if (!getcwd(path, PATH_MAX)) return 0;
            length = strlen(path);
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", at);
            length = readlink(link, path, PATH_MAX - 1);
            if (length < 0) return 0;
            path[length] = 0;
        }
        snprintf(path + length, PATH_MAX - length, "/%s", name);
    }
    return below(path);
}

static int opened(int file, char *path) {
    if (!folder_length || file < 0 || file == log_file) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

/* Whether the call that comes must fail, with errno set. `grows`: it takes room, so that a full disk goes on to refuse it. */
static int fails(int grows) {
    long number = atomic_fetch_add(&count, 1);
    if (fail_at < 0 || number < fail_at || (number > fail_at && !(lasting && grows))) return 0;
    if (!failure) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    errno = failure;
    return 1;
}

static void put(const void *data, size_t length) {
    REAL(write);
    for (const char *at = data; length;) {
        ssize_t done = real(log_file, at, length);
        if (done <= 0) abort();
        at += done;
        length -= done;
    }
}

static void record(enum kind kind, uint64_t inode, uint64_t a, uint64_t b, const void *data, size_t length) {
    if (log_file < 0) return;
    int kept = errno;
    uint64_t head[5] = {kind, inode, a, b, length};
    put(head, sizeof head);
    put(data, length);
    errno = kept;
}

/* Records a text: where the next call comes from. */
void calls_note(const char *text) { record(NOTE, 0, 0, 0, text, strlen(text)); }

static uint64_t inode_of(int file) {
    struct stat about;
    return fstat(file, &about) ? 0 : about.st_ino;
}

static uint64_t inode_at(const char *path) {
    struct stat about;
    return lstat(path, &about) ? 0 : about.st_ino;
}

static void record_pair(enum kind kind, uint64_t inode, const char *first, const char *second) {
    char both[2 * PATH_MAX];
    int length = snprintf(both, sizeof both, "%s%c%s", first, '\n', second);
    record(kind, inode, 0, 0, both, length);
}

static int open_at(int at, const char *name, int flags, mode_t mode) {
    REAL(openat);
    char path[PATH_MAX];
    int changes = flags & (O_CREAT | O_TRUNC) && resolved(at, name, path);
    int is_new = changes && access(path, F_OK);
    if (changes && (is_new || flags & O_TRUNC) && fails(1)) return -1;
    int file = real(at, name, flags, mode);
    if (file >= 0 && changes) {
        if (is_new) record(CREATE, inode_of(file), 0, 0, path, strlen(path));
        else if (flags & O_TRUNC) record(TRUNCATE, inode_of(file), 0, 0, "", 0);
    }
    return file;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }
int open(const char *name, int flags, ...) { MODE return open_at(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE return open_at(AT_FDCWD, name, flags, mode); }
int openat(int at, const char *name, int flags, ...) { MODE return open_at(at, name, flags, mode); }
int openat64(int at, const char *name, int flags, ...) { MODE return open_at(at, name, flags, mode); }

ssize_t write(int file, const void *data, size_t length) {
    REAL(write);
    char path[PATH_MAX];
    if (!opened(file, path)) return real(file, data, length);
    if (fails(1)) return -1;
    off_t at = fcntl(file, F_GETFL) & O_APPEND ? lseek(file, 0, SEEK_END) : lseek(file, 0, SEEK_CUR);
    ssize_t done = real(file, data, length);
    if (done > 0) record(WRITE, inode_of(file), at, 0, data, done);
    return done;
}

static ssize_t write_at(int file, const void *data, size_t length, off_t at) {
    REAL(pwrite64);
    char path[PATH_MAX];
    if (!opened(file, path)) return real(file, data, length, at);
    if (fails(1)) return -1;
    ssize_t done = real(file, data, length, at);
    if (done > 0) record(WRITE, inode_of(file), at, 0, data, done);
    return done;
}
ssize_t pwrite(int file, const void *data, size_t length, off_t at) { return write_at(file, data, length, at); }
ssize_t pwrite64(int file, const void *data, size_t length, off64_t at) { return write_at(file, data, length, at); }

ssize_t writev(int file, const struct iovec *parts, int number) {
    REAL(writev);
    char path[PATH_MAX];
    if (!opened(file, path)) return real(file, parts, number);
    ssize_t done = 0;
    for (int each = 0; each < number; each++) {
        ssize_t part = write(file, parts[each].iov_base, parts[each].iov_len);
        if (part < 0) return done ? done : -1;
        done += part;
        if ((size_t)part < parts[each].iov_len) break;
    }
    return done;
}

static int truncated(int file, off_t length) {
    REAL(ftruncate64);
    char path[PATH_MAX];
    if (!opened(file, path)) return real(file, length);
    if (fails(0)) return -1;
    int done = real(file, length);
    if (!done) record(TRUNCATE, inode_of(file), length, 0, "", 0);
    return done;
}
int ftruncate(int file, off_t length) { return truncated(file, length); }
int ftruncate64(int file, off64_t length) { return truncated(file, length); }

static int truncated_at(const char *name, off_t length) {
    REAL(truncate64);
    char path[PATH_MAX];
    if (!resolved(AT_FDCWD, name, path)) return real(name, length);
    if (fails(0)) return -1;
    int done = real(name, length);
    if (!done) record(TRUNCATE, inode_at(path), length, 0, "", 0);
    return done;
}
int truncate(const char *name, off_t length) { return truncated_at(name, length); }
int truncate64(const char *name, off64_t length) { return truncated_at(name, length); }

static int synced(int file, int (*real)(int)) {
    char path[PATH_MAX];
    if (!opened(file, path)) return real(file);
    if (fails(0)) return -1;
    int done = real(file);
    struct stat about;
    if (!done && !fstat(file, &about)) record(SYNC, about.st_ino, S_ISDIR(about.st_mode), 0, path, strlen(path));
    return done;
}
int fsync(int file) { REAL(fsync); return synced(file, real); }
int fdatasync(int file) { REAL(fdatasync); return synced(file, real); }

static int renamed(int from, const char *old, int to, const char *new, unsigned flags) {
    REAL(renameat2);
    char first[PATH_MAX], second[PATH_MAX];
    int here = resolved(from, old, first), there = resolved(to, new, second);
    if (!here && !there) return real(from, old, to, new, flags);
    if (fails(0)) return -1;
    uint64_t inode = inode_at(first);
    int done = real(from, old, to, new, flags);
    if (!done) record_pair(RENAME, inode, first, second);
    return done;
}
int rename(const char *old, const char *new) { return renamed(AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int from, const char *old, int to, const char *new) { return renamed(from, old, to, new, 0); }
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) { return renamed(from, old, to, new, flags); }

static int linked(int from, const char *old, int to, const char *new, int flags) {
    REAL(linkat);
    char first[PATH_MAX], second[PATH_MAX];
    if (!resolved(from, old, first) | !resolved(to, new, second)) return real(from, old, to, new, flags);
    if (fails(0)) return -1;
    int done = real(from, old, to, new, flags);
    if (!done) record_pair(LINK, inode_at(first), first, second);
    return done;
}
int link(const char *old, const char *new) { return linked(AT_FDCWD, old, AT_FDCWD, new, 0); }
int linkat(int from, const char *old, int to, const char *new, int flags) { return linked(from, old, to, new, flags); }

static int removed(int at, const char *name, int flags) {
    REAL(unlinkat);
    char path[PATH_MAX];
    if (!resolved(at, name, path)) return real(at, name, flags);
    uint64_t inode = inode_at(path);
    if (!inode) return real(at, name, flags);
    if (fails(0)) return -1;
    int done = real(at, name, flags);
    if (!done) record(flags & AT_REMOVEDIR ? RMDIR : UNLINK, inode, 0, 0, path, strlen(path));
    return done;
}
int unlink(const char *name) { return removed(AT_FDCWD, name, 0); }
int unlinkat(int at, const char *name, int flags) { return removed(at, name, flags); }
int rmdir(const char *name) { return removed(AT_FDCWD, name, AT_REMOVEDIR); }
int remove(const char *name) { return inode_at(name) ? removed(AT_FDCWD, name, 0) : (errno = ENOENT, -1); }

static int made(int at, const char *name, mode_t mode) {
    REAL(mkdirat);
    char path[PATH_MAX];
    if (!resolved(at, name, path) || !access(path, F_OK)) return real(at, name, mode);
    if (fails(1)) return -1;
    int done = real(at, name, mode);
    if (!done) record(MKDIR, inode_at(path), 0, 0, path, strlen(path));
    return done;
}
int mkdir(const char *name, mode_t mode) { return made(AT_FDCWD, name, mode); }
int mkdirat(int at, const char *name, mode_t mode) { return made(at, name, mode); }

/* What copies within the kernel would go unseen: it is refused, and Python copies by reading and writing. */
ssize_t sendfile(int to, int from, off_t *at, size_t length) {
    REAL(sendfile);
    char path[PATH_MAX];
    if (!opened(to, path)) return real(to, from, at, length);
    errno = ENOTSUP;
    return -1;
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t length) { return sendfile(to, from, at, length); }
ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *there, size_t length, unsigned flags) {
    REAL(copy_file_range);
    char path[PATH_MAX];
    if (!opened(to, path)) return real(from, at, to, there, length, flags);
    errno = ENOTSUP;
    return -1;
}
int posix_fallocate(int file, off_t at, off_t length) {
    REAL(posix_fallocate);
    char path[PATH_MAX];
    return opened(file, path) ? EOPNOTSUPP : real(file, at, length);
}
int posix_fallocate64(int file, off64_t at, off64_t length) { return posix_fallocate(file, at, length); }

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look: list the folder, sort by age, take and read the oldest. What cannot be read is put
 * out of the way, and where even that fails, remembered as it is.
 */
#include "spool_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <uthash.h>
#include <utlist.h>

#include "text.h"
#include "util.h"

#define TAKEN_PREFIX ".taken-"
#define BAD_PREFIX   ".bad-"

/* So much of a name is kept in another, and shown. */
#define NAME_KEPT 180

/* Entries of the folder that one look sorts, and lines that it has for the log. */
#define ENTRIES_MAX 100000
#define NOTES_MAX   20

struct spool_known {
	char name[NAME_MAX + 1];
	bool is_submitted;
	bool is_stuck; /* it cannot be removed, as has been told */
	ino_t inode;   /* of a bad one, as the next */
	struct timespec changed;
	UT_hash_handle hh;
};

/* A file that may be taken. */
struct candidate {
	char name[NAME_MAX + 1];
	ino_t inode;
	struct timespec modified;
	struct timespec changed;
};

struct listing {
	struct candidate *candidates;
	size_t count;
	size_t size;
};

struct spool_folder *
spool_folder_new(const char *path, int inotify_fd)
{
	struct spool_folder *folder = xcalloc(1, sizeof(*folder));

	folder->path = xstrdup(path);
	folder->owner = geteuid();
	folder->inotify_fd = inotify_fd;
	return folder;
}

static void
list_free(char **list)
{
	for (char **each = list; each != NULL && *each != NULL; each++)
		free(*each);
	free(list);
}

static void
forget_look(struct spool_folder *folder)
{
	struct spool_file *file;

	while ((file = folder->files) != NULL) {
		LL_DELETE(folder->files, file);
		free(file->name);
		free(file->taken);
		free(file->text);
		free(file);
	}
	list_free(STEAL(folder->notes));
	folder->note_count = 0;
	folder->has_more = false;
	free(STEAL(folder->problem));
	free(STEAL(folder->watch_problem));
}

static void
forget_known(struct spool_folder *folder, struct spool_known *known)
{
	HASH_DEL(folder->known, known);
	free(known);
}

void
spool_folder_free(struct spool_folder *folder)
{
	struct spool_known *known, *next;

	if (folder == NULL)
		return;
	forget_look(folder);
	HASH_ITER(hh, folder->known, known, next) {
		forget_known(folder, known);
	}
	list_free(folder->removable);
	util_closep(&folder->inotify_fd);
	free(folder->path);
	free(folder);
}

/* Takes the text. */
static void
add_note(struct spool_folder *folder, char *text)
{
	if (folder->note_count >= NOTES_MAX) {
		free(text);
		return;
	}
	folder->notes =
		xreallocarray(folder->notes, folder->note_count + 2, sizeof(*folder->notes));
	folder->notes[folder->note_count++] = text;
	folder->notes[folder->note_count] = NULL;
}

static void
note_file(struct spool_folder *folder, const char *name, const char *what, int error)
{
	char clean[NAME_KEPT + 1];

	text_clean(name, strlen(name), clean, sizeof(clean));
	add_note(folder, xasprintf("%s: %s%s%s", clean, what, error != 0 ? ": " : "",
				 error != 0 ? strerror(error) : ""));
}

static struct spool_known *
find_known(const struct spool_folder *folder, const char *name)
{
	struct spool_known *known;

	HASH_FIND_STR(folder->known, name, known);
	return known;
}

static struct spool_known *
add_known(struct spool_folder *folder, const char *name)
{
	struct spool_known *known = find_known(folder, name);

	if (known != NULL)
		return known;
	known = xcalloc(1, sizeof(*known));
	snprintf(known->name, sizeof(known->name), "%s", name);
	HASH_ADD_STR(folder->known, name, known);
	return known;
}

void
spool_folder_submitted(struct spool_folder *folder, const struct spool_file *file)
{
	add_known(folder, file->taken)->is_submitted = true;
}

void
spool_folder_stored(struct spool_folder *folder)
{
	struct spool_known *known, *next;
	size_t count = 0;

	list_free(folder->removable);
	folder->removable = xcalloc(HASH_COUNT(folder->known) + 1, sizeof(char *));
	HASH_ITER(hh, folder->known, known, next) {
		if (known->is_submitted)
			folder->removable[count++] = xstrdup(known->name);
	}
}

/* One that cannot be removed stays known, so that it is not submitted once more. */
static void
remove_stored(struct spool_folder *folder, int fd)
{
	for (char **name = folder->removable; name != NULL && *name != NULL; name++) {
		struct spool_known *known = find_known(folder, *name);

		if (known == NULL)
			continue;
		if (unlinkat(fd, *name, 0) == 0 || errno == ENOENT) {
			forget_known(folder, known);
		} else if (!known->is_stuck) {
			note_file(folder, *name, "cannot be removed", errno);
			known->is_stuck = true;
		}
	}
	list_free(STEAL(folder->removable));
}

static bool
is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* A bad one that has changed is as good as new. */
static bool
is_to_be_taken(struct spool_folder *folder, const struct candidate *candidate)
{
	struct spool_known *known = find_known(folder, candidate->name);

	if (known == NULL)
		return true;
	if (known->is_submitted || (known->inode == candidate->inode &&
					   is_same_time(known->changed, candidate->changed)))
		return false;
	forget_known(folder, known);
	return true;
}

/* Whether there is room for more that is known. */
static bool
make_room(struct spool_folder *folder)
{
	struct spool_known *known, *next;

	if (HASH_COUNT(folder->known) < SPOOL_KNOWN_MAX)
		return true;
	HASH_ITER(hh, folder->known, known, next) {
		if (!known->is_submitted)
			forget_known(folder, known);
	}
	return HASH_COUNT(folder->known) < SPOOL_KNOWN_MAX;
}

static void
remember_bad(struct spool_folder *folder, const struct candidate *candidate)
{
	struct spool_known *known;

	if (!make_room(folder))
		return;
	known = add_known(folder, candidate->name);
	known->inode = candidate->inode;
	known->changed = candidate->changed;
}

static void
add_candidate(struct spool_folder *folder, int fd, const char *name, struct listing *listing)
{
	bool is_hidden =
		name[0] == '.' && strncmp(name, TAKEN_PREFIX, strlen(TAKEN_PREFIX)) != 0;
	struct candidate candidate;
	struct stat status;

	if (is_hidden || listing->count >= ENTRIES_MAX ||
		fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	snprintf(candidate.name, sizeof(candidate.name), "%s", name);
	candidate.inode = status.st_ino;
	candidate.modified = status.st_mtim;
	candidate.changed = status.st_ctim;
	if (!is_to_be_taken(folder, &candidate))
		return;
	if (listing->count == listing->size) {
		listing->size = listing->size * 2 + 64;
		listing->candidates = xreallocarray(
			listing->candidates, listing->size, sizeof(*listing->candidates));
	}
	listing->candidates[listing->count++] = candidate;
}

static int
compare_age(const void *a, const void *b)
{
	const struct candidate *one = a, *other = b;
	struct timespec first = one->modified, second = other->modified;

	if (first.tv_sec != second.tv_sec)
		return first.tv_sec < second.tv_sec ? -1 : 1;
	if (first.tv_nsec != second.tv_nsec)
		return first.tv_nsec < second.tv_nsec ? -1 : 1;
	return strcmp(one->name, other->name);
}

static void
list_folder(struct spool_folder *folder, int fd, struct listing *listing)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = own >= 0 ? fdopendir(own) : NULL;
	const struct dirent *entry;

	if (dir == NULL) {
		if (own >= 0)
			close(own);
		return;
	}
	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL)
		add_candidate(folder, fd, entry->d_name, listing);
	closedir(dir);
	if (listing->count > 0)
		qsort(listing->candidates, listing->count, sizeof(*listing->candidates),
			compare_age);
}

/* Gives a file its own name, or leaves one that has it. Returns 0 or -errno. */
static int
claim(int fd, const struct candidate *candidate, char taken[NAME_MAX + 1])
{
	if (candidate->name[0] == '.') {
		snprintf(taken, NAME_MAX + 1, "%s", candidate->name);
		return 0;
	}
	snprintf(taken, NAME_MAX + 1, TAKEN_PREFIX "%llx-%llx-%.*s",
		(unsigned long long)candidate->inode,
		(unsigned long long)candidate->changed.tv_nsec, NAME_KEPT, candidate->name);
	return renameat(fd, candidate->name, fd, taken) < 0 ? -errno : 0;
}

/* Reads all of it. Returns 0; or -errno, -EFBIG, or -EINVAL where it is no regular file. */
static int
read_file(int folder_fd, const char *name, char **ret_text, size_t *ret_len)
{
	CLEANUP_CLOSE int fd = openat(
		folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat status;

	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? -EINVAL : -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > SPOOL_FILE_MAX)
		return -EFBIG;
	CLEANUP_FREE char *text = xcalloc(1, SPOOL_FILE_MAX + 2);
	size_t len = 0;
	for (ssize_t got; len <= SPOOL_FILE_MAX; len += (size_t)got) {
		got = read(fd, text + len, SPOOL_FILE_MAX + 1 - len);
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
	}
	if (len > SPOOL_FILE_MAX)
		return -EFBIG;
	text[len] = '\0';
	*ret_text = xreallocarray(STEAL(text), len + 1, 1);
	*ret_len = len;
	return 0;
}

static const char *
fault_of(int error)
{
	switch (error) {
	case -EINVAL:
		return "is no regular file";
	case -EFBIG:
		return "is longer than 65536 octets";
	}
	return strerror(-error);
}

/* What people call it: .taken-NUMBER-NUMBER- came before it when it was taken. */
static const char *
shown_name(const char *name)
{
	const char *shown = name;

	for (int i = 0; name[0] == '.' && i < 3 && shown != NULL; i++) {
		shown = strchr(shown, '-');
		shown = shown != NULL ? shown + 1 : NULL;
	}
	return shown != NULL && shown[0] != '\0' ? shown : name;
}

/* Out of the way, where its owner finds it; told once either way. */
static void
put_aside(struct spool_folder *folder, int fd, const char *name,
	const struct candidate *candidate, const char *fault)
{
	const char *shown = shown_name(candidate->name);
	char bad[NAME_MAX + 1];
	struct stat status;

	snprintf(bad, sizeof(bad), BAD_PREFIX "%.*s", NAME_KEPT, shown);
	note_file(folder, shown, fault, 0);
	if (renameat(fd, name, fd, bad) == 0)
		return;
	note_file(folder, shown,
		"cannot be renamed to .bad-..., and is ignored until it changes", errno);
	struct candidate left = *candidate;
	snprintf(left.name, sizeof(left.name), "%s", name);
	if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
		left.inode = status.st_ino;
		left.changed = status.st_ctim;
	}
	remember_bad(folder, &left);
}

/* Returns how many octets it had. */
static size_t
take(struct spool_folder *folder, int fd, const struct candidate *candidate)
{
	char taken[NAME_MAX + 1];
	char *text = NULL;
	size_t len = 0;
	int error = claim(fd, candidate, taken);

	if (error == -ENOENT)
		return 0; /* whoever put it there took it away again */
	if (error < 0) {
		put_aside(folder, fd, candidate->name, candidate, strerror(-error));
		return 0;
	}
	error = read_file(fd, taken, &text, &len);
	if (error < 0) {
		put_aside(folder, fd, taken, candidate, fault_of(error));
		return 0;
	}
	struct spool_file *file = xcalloc(1, sizeof(*file));

	*file = (struct spool_file){
		.name = xstrdup(shown_name(candidate->name)),
		.taken = xstrdup(taken),
		.text = text,
		.len = len,
	};
	LL_APPEND(folder->files, file);
	return len;
}

static void
take_oldest(struct spool_folder *folder, int fd, const struct listing *listing)
{
	size_t octets = 0, i = 0;

	for (; i < listing->count && i < SPOOL_LOOK_FILES && octets < SPOOL_LOOK_OCTETS_MAX;
		i++)
		octets += take(folder, fd, &listing->candidates[i]);
	folder->has_more = i < listing->count;
}

/* Why a folder cannot be used, to be freed, or NULL. */
static char *
examine_folder(const struct spool_folder *folder, int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return xstrdup(strerror(errno));
	if (folder->owner == 0 && (status.st_mode & S_IWOTH) != 0)
		return xstrdup("everybody may write there, so anybody could submit results; it "
			       "is not used (chmod o-w)");
	if (faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) < 0)
		return xasprintf("checkd must be able to write there: %s", strerror(errno));
	return NULL;
}

/* Each time, since the folder may be another one by now; of the same it is no news. */
static void
watch(struct spool_folder *folder)
{
	if (folder->inotify_fd < 0)
		return;
	if (inotify_add_watch(folder->inotify_fd, folder->path,
		    IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR) < 0)
		folder->watch_problem = xstrdup(strerror(errno));
}

void
spool_folder_look(struct spool_folder *folder)
{
	CLEANUP_CLOSE int fd =
		open(folder->path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
	struct listing listing = {.candidates = NULL};

	forget_look(folder);
	if (fd < 0) {
		folder->problem = xstrdup(strerror(errno));
		return;
	}
	folder->problem = examine_folder(folder, fd);
	if (folder->problem != NULL)
		return;
	watch(folder);
	remove_stored(folder, fd);
	if (folder->takes_none || !make_room(folder))
		return;
	list_folder(folder, fd, &listing);
	take_oldest(folder, fd, &listing);
	free(listing.candidates);
}

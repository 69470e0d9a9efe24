/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths in a folder under /tmp, which is sticky. Where the tests do not run as root, the
 * user takes its place and the cases that need a second owner are skipped.
 */
#include "path.h"

#include "run_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

#define REASON_SIZE 256

static void
make_folder(const struct fixture *fixture, const char *name, mode_t mode)
{
	CLEANUP_FREE char *path = fixture_path(fixture, name);

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
make_link(const struct fixture *fixture, const char *target, const char *name)
{
	CLEANUP_FREE char *path = fixture_path(fixture, name);

	assert_int_equal(symlink(target, path), 0);
}

static void
make_file(struct fixture *fixture, const char *name, mode_t mode)
{
	free(fixture_write(fixture, name, "", mode));
}

/* In the group that counts as a stranger's: not root's. */
static void
give_to_group(const struct fixture *fixture, const char *name, mode_t mode)
{
	CLEANUP_FREE char *path = fixture_path(fixture, name);
	gid_t gid = geteuid() == 0 ? STRANGER_GID : getegid();

	assert_int_equal(chown(path, (uid_t)-1, gid), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
give_to_user(const struct fixture *fixture, const char *name)
{
	CLEANUP_FREE char *path = fixture_path(fixture, name);

	assert_int_equal(lchown(path, STRANGER_UID, 0), 0);
}

static void
assert_accepted(const struct fixture *fixture, const char *name)
{
	CLEANUP_FREE char *path = fixture_path(fixture, name);
	char reason[REASON_SIZE] = "";

	if (path_check(path, geteuid(), reason, sizeof(reason)) != 0)
		fail_msg("refused: %s", reason);
}

/* culprit: the component that the reason names; complaint: the rest of it. */
static void
assert_refused(const struct fixture *fixture, const char *name, int error, const char *culprit,
	const char *complaint)
{
	CLEANUP_FREE char *path = fixture_path(fixture, name);
	CLEANUP_FREE char *wanted = xasprintf("%s/%s%s", fixture->folder, culprit, complaint);
	char reason[REASON_SIZE] = "";

	assert_int_equal(path_check(path, geteuid(), reason, sizeof(reason)), -error);
	assert_string_equal(reason, wanted);
}

static void
a_file_of_the_user_in_a_folder_of_the_user_is_accepted(void **state)
{
	make_folder(*state, "bin", 0755);
	make_file(*state, "bin/x", 0755);
	assert_accepted(*state, "bin/x");
	assert_accepted(*state, "./bin/../bin//x");
}

static void
the_root_is_accepted(void **state)
{
	char reason[REASON_SIZE] = "";

	(void)state;
	assert_int_equal(path_check("/", geteuid(), reason, sizeof(reason)), 0);
	assert_int_equal(path_check("/..", geteuid(), reason, sizeof(reason)), 0);
}

static void
a_file_that_others_can_write_is_refused(void **state)
{
	make_file(*state, "x", 0757);
	assert_refused(*state, "x", EPERM, "x", " is writable by others");
}

static void
a_file_that_a_group_can_write_is_refused_by_its_number(void **state)
{
	CLEANUP_FREE char *complaint = xasprintf(" is writable by group %u",
		geteuid() == 0 ? STRANGER_GID : (unsigned)getegid());

	make_file(*state, "x", 0755);
	give_to_group(*state, "x", 0775);
	assert_refused(*state, "x", EPERM, "x", complaint);
}

static void
a_file_that_group_0_can_write_is_accepted(void **state)
{
	need_root();
	make_file(*state, "x", 0775);
	assert_accepted(*state, "x");
}

static void
a_folder_that_others_can_write_is_refused(void **state)
{
	make_folder(*state, "open", 0777);
	make_folder(*state, "open/inner", 0755);
	make_file(*state, "open/inner/x", 0755);
	assert_refused(*state, "open/inner/x", EPERM, "open", " is writable by others");
}

static void
a_sticky_folder_that_others_can_write_is_accepted(void **state)
{
	make_folder(*state, "sticky", 01777);
	make_file(*state, "sticky/x", 0755);
	assert_accepted(*state, "sticky/x");
}

static void
a_sticky_bit_does_not_excuse_a_file(void **state)
{
	make_file(*state, "x", 01777);
	assert_refused(*state, "x", EPERM, "x", " is writable by others");
}

static void
a_file_of_a_stranger_is_refused_by_his_number(void **state)
{
	need_root();
	make_file(*state, "x", 0755);
	give_to_user(*state, "x");
	assert_refused(*state, "x", EPERM, "x", " is owned by uid 54321");
}

static void
a_folder_of_a_stranger_is_refused(void **state)
{
	need_root();
	make_folder(*state, "his", 01755);
	make_file(*state, "his/x", 0755);
	give_to_user(*state, "his");
	assert_refused(*state, "his/x", EPERM, "his", " is owned by uid 54321");
}

static void
a_file_of_the_user_who_will_run_it_is_accepted(void **state)
{
	need_root();

	CLEANUP_FREE char *path = fixture_path(*state, "x");
	char reason[REASON_SIZE];

	make_file(*state, "x", 0755);
	give_to_user(*state, "x");
	assert_int_equal(path_check(path, STRANGER_UID, reason, sizeof(reason)), 0);
}

static void
a_link_counts_by_its_target(void **state)
{
	make_folder(*state, "bin", 0755);
	make_file(*state, "bin/good", 0755);
	make_file(*state, "bin/bad", 0757);
	make_link(*state, "bin/good", "good");
	make_link(*state, "bin/bad", "bad");
	assert_accepted(*state, "good");
	assert_refused(*state, "bad", EPERM, "bin/bad", " is writable by others");
}

static void
the_folders_a_link_leads_through_count(void **state)
{
	CLEANUP_FREE char *target = fixture_path(*state, "open/../bin/x");

	make_folder(*state, "bin", 0755);
	make_file(*state, "bin/x", 0755);
	make_folder(*state, "open", 0777);
	make_link(*state, target, "absolute");
	make_link(*state, "open/../bin", "relative");
	assert_refused(*state, "absolute", EPERM, "open", " is writable by others");
	assert_refused(*state, "relative/x", EPERM, "open", " is writable by others");
}

static void
a_link_of_a_stranger_is_refused(void **state)
{
	need_root();
	make_folder(*state, "sticky", 01777);
	make_link(*state, "/bin/true", "sticky/x");
	give_to_user(*state, "sticky/x");
	assert_refused(*state, "sticky/x", EPERM, "sticky/x", " is owned by uid 54321");
}

static void
links_in_a_circle_are_refused(void **state)
{
	make_link(*state, "b", "a");
	make_link(*state, "a", "b");
	assert_refused(*state, "a", ELOOP, "a", ": Too many levels of symbolic links");
}

static void
as_many_links_as_the_kernel_follows_are_followed(void **state)
{
	make_file(*state, "0", 0755);
	for (int i = 0; i <= PATH_LINKS_MAX; i++) {
		CLEANUP_FREE char *target = xasprintf("%d", i);
		CLEANUP_FREE char *name = xasprintf("%d", i + 1);
		make_link(*state, target, name);
	}
	assert_accepted(*state, "40");
	assert_refused(*state, "41", ELOOP, "1", ": Too many levels of symbolic links");
}

static void
what_is_missing_is_named(void **state)
{
	make_link(*state, "nowhere/x", "dangling");
	assert_refused(*state, "absent/x", ENOENT, "absent", ": No such file or directory");
	assert_refused(*state, "dangling", ENOENT, "nowhere", ": No such file or directory");
}

static void
a_file_is_no_folder(void **state)
{
	make_file(*state, "x", 0755);
	assert_refused(*state, "x/y", ENOTDIR, "x/y", ": Not a directory");
}

static void
a_path_that_is_too_long_is_refused(void **state)
{
	char path[PATH_MAX + 1], reason[REASON_SIZE];

	(void)state;
	memset(path, '/', sizeof(path));
	path[PATH_MAX] = '\0';
	assert_int_equal(path_check(path, 0, reason, sizeof(reason)), -ENAMETOOLONG);
}

static void
links_that_grow_without_end_are_refused(void **state)
{
	char target[3000], reason[REASON_SIZE];
	CLEANUP_FREE char *path = fixture_path(*state, "grow");

	memset(target, '/', sizeof(target));
	memcpy(target, "grow", 4);
	target[sizeof(target) - 2] = 'x';
	target[sizeof(target) - 1] = '\0';
	make_link(*state, target, "grow");
	assert_int_equal(path_check(path, geteuid(), reason, sizeof(reason)), -ENAMETOOLONG);
}

/* Looks up name in folders under the fixture's, named as "a:b". */
static int
look_up(const struct fixture *fixture, const char *name, char *buf, size_t size)
{
	CLEANUP_FREE char *search =
		xasprintf("relative::%s/a:%s/b", fixture->folder, fixture->folder);

	return path_lookup(name, search, buf, size);
}

static void
the_first_executable_of_the_name_is_found(void **state)
{
	char found[PATH_MAX];
	CLEANUP_FREE char *wanted = fixture_path(*state, "b/x");

	make_folder(*state, "a", 0755);
	make_folder(*state, "b", 0755);
	make_file(*state, "a/x", 0644);
	make_file(*state, "b/x", 0755);
	make_folder(*state, "a/y", 0755);
	assert_int_equal(look_up(*state, "x", found, sizeof(found)), 0);
	assert_string_equal(found, wanted);
	assert_int_equal(look_up(*state, "y", found, sizeof(found)), -ENOENT);
	assert_int_equal(look_up(*state, "z", found, sizeof(found)), -ENOENT);
}

static void
a_name_with_files_that_are_not_executable_is_told_apart(void **state)
{
	char found[PATH_MAX];

	make_folder(*state, "a", 0755);
	make_file(*state, "a/x", 0644);
	assert_int_equal(look_up(*state, "x", found, sizeof(found)), -EACCES);
}

#define CASE(function)                                                                         \
	cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_file_of_the_user_in_a_folder_of_the_user_is_accepted),
		CASE(the_root_is_accepted),
		CASE(a_file_that_others_can_write_is_refused),
		CASE(a_file_that_a_group_can_write_is_refused_by_its_number),
		CASE(a_file_that_group_0_can_write_is_accepted),
		CASE(a_folder_that_others_can_write_is_refused),
		CASE(a_sticky_folder_that_others_can_write_is_accepted),
		CASE(a_sticky_bit_does_not_excuse_a_file),
		CASE(a_file_of_a_stranger_is_refused_by_his_number),
		CASE(a_folder_of_a_stranger_is_refused),
		CASE(a_file_of_the_user_who_will_run_it_is_accepted),
		CASE(a_link_counts_by_its_target),
		CASE(the_folders_a_link_leads_through_count),
		CASE(a_link_of_a_stranger_is_refused),
		CASE(links_in_a_circle_are_refused),
		CASE(as_many_links_as_the_kernel_follows_are_followed),
		CASE(what_is_missing_is_named),
		CASE(a_file_is_no_folder),
		CASE(a_path_that_is_too_long_is_refused),
		CASE(links_that_grow_without_end_are_refused),
		CASE(the_first_executable_of_the_name_is_found),
		CASE(a_name_with_files_that_are_not_executable_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

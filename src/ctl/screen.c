/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "util.h"

#define ALTERNATE_ON  "\033[?1049h"
#define ALTERNATE_OFF "\033[?1049l"
#define CURSOR_ON     "\033[?25h"
#define CURSOR_OFF    "\033[?25l"
#define WRAP_ON       "\033[?7h"
#define WRAP_OFF      "\033[?7l"
#define HOME          "\033[H"
#define ERASE_LINE    "\033[K"
#define ERASE_REST    "\033[J"

#define KEY_END       4  /* Ctrl-D */
#define KEY_REDRAW    12 /* Ctrl-L */

struct screen {
	struct termios before;
	sigset_t mask_before;
	int signal_fd;
};

/* A terminal that is gone takes nothing more, and the next read tells. */
static void
write_all(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t written = write(STDOUT_FILENO, text, len);

		if (written < 0 && errno == EAGAIN)
			poll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1, 1000);
		else if (written < 0 && errno != EINTR)
			return;
		if (written > 0) {
			text += written;
			len -= (size_t)written;
		}
	}
}

static void
put(const char *text)
{
	write_all(text, strlen(text));
}

static int
enter(struct screen *screen)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &screen->before) < 0)
		return -errno;
	raw = screen->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0)
		return -errno;
	put(ALTERNATE_ON CURSOR_OFF WRAP_OFF HOME ERASE_REST);
	return 0;
}

static void
leave(struct screen *screen)
{
	put(WRAP_ON CURSOR_ON ALTERNATE_OFF);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &screen->before);
}

/* Signals come by a descriptor, so that none interrupts anything half done. */
static int
take_signals(struct screen *screen)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP};
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		sigaddset(&mask, numbers[i]);
	if (sigprocmask(SIG_BLOCK, &mask, &screen->mask_before) < 0)
		return -errno;
	screen->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (screen->signal_fd >= 0)
		return 0;
	int error = -errno;
	sigprocmask(SIG_SETMASK, &screen->mask_before, NULL);
	return error;
}

static void
give_signals_back(struct screen *screen)
{
	close(screen->signal_fd);
	sigprocmask(SIG_SETMASK, &screen->mask_before, NULL);
}

int
screen_open(struct screen **ret_screen)
{
	CLEANUP_FREE struct screen *screen = xcalloc(1, sizeof(*screen));
	int error = take_signals(screen);

	if (error < 0)
		return error;
	error = enter(screen);
	if (error < 0) {
		give_signals_back(screen);
		return error;
	}
	*ret_screen = STEAL(screen);
	return 0;
}

void
screen_close(struct screen *screen)
{
	leave(screen);
	give_signals_back(screen);
	free(screen);
}

void
screen_show(struct screen *screen, const char *text, size_t height)
{
	CLEANUP_FREE char *frame = NULL;
	size_t size;
	FILE *stream = open_memstream(&frame, &size);

	(void)screen;
	if (stream == NULL)
		abort();
	fputs(HOME, stream);
	for (size_t line = 0; line < height && *text != '\0'; line++) {
		size_t len = strcspn(text, "\n");

		fprintf(stream, "%s%.*s" ERASE_LINE, line > 0 ? "\n" : "", (int)len, text);
		text += len + (text[len] == '\n');
	}
	fputs(ERASE_REST, stream);
	fclose(stream);
	write_all(frame, size);
}

/* Ctrl-Z: the terminal is its owner's while this process is stopped. */
static void
stop(struct screen *screen)
{
	leave(screen);
	raise(SIGSTOP);
	enter(screen);
}

static enum screen_event
take_signal(struct screen *screen)
{
	struct signalfd_siginfo info;

	if (read(screen->signal_fd, &info, sizeof(info)) != sizeof(info))
		return SCREEN_TIMEOUT;
	switch (info.ssi_signo) {
	case SIGTSTP:
		stop(screen);
		return SCREEN_CHANGED;
	case SIGWINCH:
		return SCREEN_CHANGED;
	case SIGINT:
		return SCREEN_QUIT;
	default:
		return SCREEN_ENDED;
	}
}

static enum screen_event
take_key(void)
{
	char key;
	ssize_t len = read(STDIN_FILENO, &key, 1);

	if (len <= 0)
		return len < 0 && (errno == EINTR || errno == EAGAIN) ? SCREEN_TIMEOUT
								      : SCREEN_ENDED;
	if (key == 'q' || key == 'Q' || key == KEY_END)
		return SCREEN_QUIT;
	return key == KEY_REDRAW ? SCREEN_CHANGED : SCREEN_ASKED;
}

enum screen_event
screen_wait(struct screen *screen, struct monotime deadline)
{
	struct pollfd fds[] = {
		{.fd = screen->signal_fd, .events = POLLIN},
		{.fd = STDIN_FILENO, .events = POLLIN},
	};

	for (;;) {
		int64_t left_ms = (deadline.ns - monotime_now().ns + NS_PER_MS - 1) / NS_PER_MS;
		enum screen_event event = SCREEN_TIMEOUT;

		if (poll(fds, ARRAY_LEN(fds), left_ms > 0 ? (int)left_ms : 0) == 0)
			return SCREEN_TIMEOUT;
		if (fds[0].revents != 0)
			event = take_signal(screen);
		else if (fds[1].revents != 0)
			event = take_key();
		if (event != SCREEN_TIMEOUT)
			return event;
	}
}

int
screen_input_fd(const struct screen *screen)
{
	(void)screen;
	return STDIN_FILENO;
}

int
screen_signal_fd(const struct screen *screen)
{
	return screen->signal_fd;
}

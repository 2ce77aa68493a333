/*
 * Runs the benchmark's commands by the plan on its stdin, without a shell, and measures their time: from before the
 * spawn until waitpid has returned, by the monotonic clock.
 *
 * A plan is lines of a word and a value. First: outputs FOLDER (for the commands' stdout), deadline SECONDS (of all; then
 * every child is killed and the exit status is 3). Then the commands: `command NAME`, and for each, `remove PATH` and
 * `prepare` (processes before each run, not timed), `settle MILLISECONDS` (after them), `step` (timed; several run one after
 * another and count as one). Each prepare and step has `arg`s, `env`s and a `stdin PATH`. Last, one of:
 *   rounds N [WARMUP]     every command once, in turn, N times; the runs of the first WARMUP rounds are not printed
 *   at-once N             N runs of the first command's first step, all started before the first is waited for
 *   parallel P SECONDS N  P of the first command's first step at a time, for SECONDS, at most N in all
 * Printed for each run: command, nanoseconds, exit status (128 + signal), a digest of stdout. Last: `total`, nanoseconds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 16, MAX_STEPS = 64, MAX_WORDS = 64, MAX_RUNS = 1000000, MAX_CHILDREN = 2048, FAILED = 127 };

struct process {
	char *args[MAX_WORDS + 1], *env[MAX_WORDS + 1], *input;
	int arg_count, env_count;
};

struct command {
	char *name, *removed[MAX_STEPS];
	struct process prepares[MAX_STEPS], steps[MAX_STEPS];
	int removed_count, prepare_count, step_count;
	long settle;
};

struct run {
	const char *name;
	long long nanoseconds;
	int status;
	unsigned long long digest;
};

static struct command commands[MAX_COMMANDS];
static int command_count;
static struct run runs[MAX_RUNS];
static int run_count;
static const char *outputs = "/tmp";
static char errors_path[4096];
static long long begun; /* the start of the total time */
static volatile pid_t children[MAX_CHILDREN]; /* by slot; 0 if none runs */
static long long started_at[MAX_CHILDREN];

static void die(const char *what)
{
	fprintf(stderr, "run-commands: %s\n", what);
	exit(2);
}

static void give_up(int signal)
{
	(void)signal;
	for (int slot = 0; slot < MAX_CHILDREN; slot++)
		if (children[slot] > 0)
			kill(children[slot], SIGKILL);
	_exit(3);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void pause_for(long milliseconds)
{
	struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static const char *output_path(int slot)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/%d", outputs, slot);
	return path;
}

/* Starts a process and its time. The child opens its files itself, which costs the same for all commands. */
static void start(const struct process *process, int slot)
{
	posix_spawn_file_actions_t files;
	pid_t child;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, process->input ? process->input : "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, output_path(slot), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_addopen(&files, 2, errors_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	started_at[slot] = now();
	if (posix_spawn(&child, process->args[0], &files, NULL, process->args, process->env) != 0)
		child = 0;
	children[slot] = child;
	posix_spawn_file_actions_destroy(&files);
}

static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int finish(int slot)
{
	int status = FAILED << 8;

	if (children[slot] > 0 && waitpid(children[slot], &status, 0) < 0)
		die("waitpid failed");
	children[slot] = 0;
	return exit_status(status);
}

/* FNV-1a of what a slot's child wrote. */
static unsigned long long digest_of(int slot, unsigned long long digest)
{
	unsigned char buffer[65536];
	ssize_t length;
	int fd = open(output_path(slot), O_RDONLY);

	while (fd >= 0 && (length = read(fd, buffer, sizeof buffer)) > 0)
		for (ssize_t i = 0; i < length; i++)
			digest = (digest ^ buffer[i]) * 1099511628211ULL;
	if (fd >= 0)
		close(fd);
	return digest;
}

static void record(const char *name, long long nanoseconds, int status, unsigned long long digest)
{
	if (run_count < MAX_RUNS)
		runs[run_count++] = (struct run){ name, nanoseconds, status, digest };
}

static const unsigned long long DIGEST_START = 14695981039346656037ULL;

static void run_prepares(const struct command *command)
{
	for (int i = 0; i < command->prepare_count; i++) {
		start(&command->prepares[i], MAX_CHILDREN - 1);
		finish(MAX_CHILDREN - 1);
	}
	for (int i = 0; i < command->removed_count; i++)
		unlink(command->removed[i]);
	if (command->settle > 0)
		pause_for(command->settle);
}

static void run_once(const struct command *command, int is_recorded)
{
	unsigned long long digest = DIGEST_START;
	int failed = 0;
	long long first, last;

	run_prepares(command);
	first = now();
	for (int i = 0; i < command->step_count; i++) {
		int status;

		start(&command->steps[i], i);
		status = finish(i);
		failed = failed ? failed : status;
	}
	last = now();
	for (int i = 0; i < command->step_count; i++)
		digest = digest_of(i, digest);
	if (is_recorded)
		record(command->name, last - first, failed, digest);
}

static void run_rounds(int rounds, int warmup)
{
	for (int round = 0; round < warmup + rounds; round++)
		for (int i = 0; i < command_count; i++)
			run_once(&commands[i], round >= warmup);
}

/* Waits for the next child to end, and records it. */
static void reap(const struct command *command, int width)
{
	int status, slot = 0;
	pid_t ended = waitpid(-1, &status, 0);
	long long at = now();

	while (slot < width && children[slot] != ended)
		slot++;
	if (ended < 0 || slot == width)
		die("a child was lost");
	children[slot] = 0;
	record(command->name, at - started_at[slot], exit_status(status), digest_of(slot, DIGEST_START));
}

static void run_at_once(int count)
{
	const struct command *command = &commands[0];
	int running = 0;

	run_prepares(command);
	begun = now();
	for (int slot = 0; slot < count; slot++) {
		start(&command->steps[0], slot);
		if (children[slot] == 0)
			record(command->name, 0, FAILED, 0);
		else
			running++;
	}
	/* Counts children, not slots: they end in any order, and a failed start also leaves its slot empty. */
	while (running-- > 0)
		reap(command, count);
}

static void run_parallel(int width, int seconds, int count)
{
	const struct command *command = &commands[0];
	long long end;
	int started = 0, running = 0;

	run_prepares(command);
	begun = now();
	end = begun + seconds * 1000000000LL;
	for (;;) {
		for (int slot = 0; slot < width && started < count && now() < end; slot++) {
			if (children[slot] != 0)
				continue;
			start(&command->steps[0], slot);
			started++;
			if (children[slot] == 0)
				record(command->name, 0, FAILED, 0);
			else
				running++;
		}
		if (running == 0)
			return;
		reap(command, width);
		running--;
	}
}

static struct process *add_process(struct process *processes, int *count)
{
	if (*count == MAX_STEPS)
		die("too many steps");
	return &processes[(*count)++];
}

static void add_word(char **words, int *count, char *word)
{
	if (*count == MAX_WORDS)
		die("too many words");
	words[(*count)++] = word;
}

/* Reads one line of the plan. @return whether it was the last. */
static int obey(const char *word, char *value)
{
	static struct command *command;
	static struct process *process;
	int a = 0, b = 0, c = MAX_RUNS;
	const int numbers = sscanf(value, "%d %d %d", &a, &b, &c);

	if (strcmp(word, "outputs") == 0) {
		outputs = value;
		snprintf(errors_path, sizeof errors_path, "%s/stderr", value);
	} else if (strcmp(word, "deadline") == 0) {
		alarm((unsigned)a);
	} else if (strcmp(word, "command") == 0 && command_count < MAX_COMMANDS) {
		command = &commands[command_count++];
		command->name = value;
	} else if (strcmp(word, "rounds") == 0 && numbers >= 1) {
		run_rounds(a, b);
		return 1;
	} else if (strcmp(word, "at-once") == 0 && a > 0 && a < MAX_CHILDREN && command_count > 0) {
		run_at_once(a);
		return 1;
	} else if (strcmp(word, "parallel") == 0 && a > 0 && a < MAX_CHILDREN && numbers >= 2 && command_count > 0) {
		run_parallel(a, b, c);
		return 1;
	} else if (command == NULL) {
		die(word);
	} else if (strcmp(word, "remove") == 0) {
		add_word(command->removed, &command->removed_count, value);
	} else if (strcmp(word, "settle") == 0) {
		command->settle = a;
	} else if (strcmp(word, "prepare") == 0) {
		process = add_process(command->prepares, &command->prepare_count);
	} else if (strcmp(word, "step") == 0) {
		process = add_process(command->steps, &command->step_count);
	} else if (process == NULL) {
		die(word);
	} else if (strcmp(word, "arg") == 0) {
		add_word(process->args, &process->arg_count, value);
	} else if (strcmp(word, "env") == 0) {
		add_word(process->env, &process->env_count, value);
	} else if (strcmp(word, "stdin") == 0) {
		process->input = value;
	} else {
		die(word);
	}
	return 0;
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int done = 0;

	signal(SIGALRM, give_up);
	alarm(600);
	while (!done && (length = getline(&line, &size, stdin)) > 0) {
		char *kept = strdup(line), *space;

		if (kept == NULL)
			die("no memory");
		kept[strcspn(kept, "\n")] = '\0';
		space = strchr(kept, ' ');
		if (space != NULL)
			*space = '\0';
		begun = now();
		done = obey(kept, space == NULL ? kept + strlen(kept) : space + 1);
	}
	if (!done)
		die("the plan has no end");
	begun = now() - begun;
	for (int i = 0; i < run_count; i++)
		printf("%s\t%lld\t%d\t%016llx\n", runs[i].name, runs[i].nanoseconds, runs[i].status, runs[i].digest);
	printf("total\t%lld\n", begun);
	return 0;
}

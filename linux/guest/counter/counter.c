// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU that counts instructions by the function that they are of,
 * between one rdtsc of a user program and the next: what -icount counts, counted
 * by other means. It is declared here what docs/devel/tcg-plugins of QEMU 7.2
 * says of version 1 of the interface, whose header distributions do not pack.
 *
 * Arguments: map=System.map, out=FILE. The file has, for each such rdtsc, u32
 * functions, and for each u32 which, u32 instructions. Function 0 is all of user
 * space; others are the texts of the map, by address, from 1 on.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT		__attribute__((visibility("default")))
#define MOST_TEXTS	65536
#define USER_END	(1ull << 47)

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t n);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
		void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
		enum qemu_plugin_op op, void *where, uint64_t value);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		void (*cb)(unsigned int cpu, void *data),
		enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
		void (*cb)(qemu_plugin_id_t id, void *data), void *data);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
			       char **argv);

static uint64_t starts[MOST_TEXTS], counts[MOST_TEXTS];
static uint32_t texts = 1;		/* the first is user space */
static FILE *out;

/* System.map is sorted by address. */
static int read_map(const char *path)
{
	unsigned long long address;
	FILE *map = fopen(path, "r");
	char type, name[512];

	if (!map)
		return -1;
	while (fscanf(map, "%llx %c %511s", &address, &type, name) == 3) {
		if (type != 't' && type != 'T')
			continue;
		if (texts == MOST_TEXTS)
			break;
		starts[texts++] = address;
	}
	fclose(map);
	return texts < MOST_TEXTS ? 0 : -1;
}

/* The last text that begins at or before an address; of those at one, the last. */
static uint32_t text_of(uint64_t address)
{
	uint32_t low = 0, high = texts, middle;

	if (address < USER_END)
		return 0;
	while (high - low > 1) {
		middle = (low + high) / 2;
		if (starts[middle] <= address)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void put(uint32_t number)
{
	fwrite(&number, sizeof(number), 1, out);
}

/* All that ran since the last one. */
static void mark(unsigned int cpu, void *data)
{
	uint32_t text, used = 0;

	(void)cpu;
	(void)data;
	for (text = 0; text < texts; text++)
		used += counts[text] != 0;
	put(used);
	for (text = 0; text < texts; text++) {
		if (!counts[text])
			continue;
		put(text);
		put(counts[text]);
		counts[text] = 0;
	}
}

static int is_rdtsc(const struct qemu_plugin_insn *insn)
{
	static const unsigned char rdtsc[] = { 0x0f, 0x31 };

	return qemu_plugin_insn_vaddr(insn) < USER_END &&
	       qemu_plugin_insn_size(insn) == sizeof(rdtsc) &&
	       !memcmp(qemu_plugin_insn_data(insn), rdtsc, sizeof(rdtsc));
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n, count = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn;

	(void)id;
	for (n = 0; n < count; n++) {
		insn = qemu_plugin_tb_get_insn(tb, n);
		qemu_plugin_register_vcpu_insn_exec_inline(insn,
			QEMU_PLUGIN_INLINE_ADD_U64,
			&counts[text_of(qemu_plugin_insn_vaddr(insn))], 1);
		if (is_rdtsc(insn))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark,
				QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

static void end(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
			       char **argv)
{
	int n;

	(void)info;
	for (n = 0; n < argc; n++) {
		if (!strncmp(argv[n], "map=", 4) && read_map(argv[n] + 4))
			return -1;
		if (!strncmp(argv[n], "out=", 4))
			out = fopen(argv[n] + 4, "wb");
	}
	if (!out || texts == 1)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, end, NULL);
	return 0;
}

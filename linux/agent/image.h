/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What execve() of a task runs: the agent once more, under two names in a
 * tmpfs of its mount namespace, beside a file of the memory that all share.
 */
#ifndef SIDEBAND_IMAGE_H
#define SIDEBAND_IMAGE_H

/* Maps the memory; makes the files, and tells whether the kernel lets us. */
int image_prepare(unsigned int users);
int image_keeps_user(unsigned int users);
/* main() of an image, with what it was told by its maker. */
_Noreturn void image_main(const char *told);

#endif

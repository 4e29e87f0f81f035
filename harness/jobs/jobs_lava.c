/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobs_lava.c - one job as a job definition of LAVA: a board, or an emulator that LAVA
 * starts, boots the kernel with a Debian that has belay and its builds in it, and
 * kmatrix runs there as on any machine. A board has one serial line, so results
 * come over it: a signal per case for LAVA, and the store itself, as text.
 *
 * What --url holds, for kernel K of architecture A (doc/jobs.md tells how to make it):
 *   K.qcow2                        a disk that boots K, for the device type qemu
 *   K, A.cpio.gz, dtbs/DEVICE.dtb  for a board that starts with U-Boot
 */
#include <string.h>

#include "harness/jobs/jobs.h"

#define LAVA_QEMU "qemu"

static const char *lava_qemu_arch(const char *arch)
{
	return !strcmp(arch, "armhf") ? "arm" : arch;
}

static void lava_deploy_qemu(const struct jobs *jobs, const struct jobs_one *job, struct buf *out)
{
	buf_printf(out,
		   "context:\n"
		   "  arch: \"%s\"\n"
		   "  memory: %u\n"
		   "actions:\n"
		   "  - deploy:\n"
		   "      to: tmpfs\n"
		   "      timeout:\n"
		   "        minutes: 10\n"
		   "      images:\n"
		   "        rootfs:\n"
		   "          image_arg: \"-drive format=qcow2,file={rootfs}\"\n"
		   "          url: \"%s/%s.qcow2\"\n"
		   "      os: debian\n"
		   "  - boot:\n"
		   "      method: qemu\n"
		   "      media: tmpfs\n",
		   lava_qemu_arch(job->kernel->arch), job->megabytes, jobs->wanted->url,
		   job->kernel->id);
}

static void lava_deploy_board(const struct jobs *jobs, const struct jobs_one *job,
			      const char *device, struct buf *out)
{
	const char *url = jobs->wanted->url, *arch = job->kernel->arch;

	buf_printf(out,
		   "actions:\n"
		   "  - deploy:\n"
		   "      to: tftp\n"
		   "      timeout:\n"
		   "        minutes: 10\n"
		   "      kernel:\n"
		   "        url: \"%s/%s\"\n"
		   "        type: %s\n"
		   "      ramdisk:\n"
		   "        url: \"%s/%s.cpio.gz\"\n"
		   "        compression: gz\n"
		   "      dtb:\n"
		   "        url: \"%s/dtbs/%s.dtb\"\n"
		   "      os: debian\n"
		   "  - boot:\n"
		   "      method: u-boot\n"
		   "      commands: ramdisk\n",
		   url, job->kernel->id, strcmp(arch, "armhf") ? "image" : "zimage", url, arch, url,
		   device);
}

static const char lava_boot[] =
	"      timeout:\n"
	"        minutes: 10\n"
	"      auto_login:\n"
	"        login_prompt: \"login:\"\n"
	"        username: root\n"
	"      prompts:\n"
	"        - \"root@\"\n"
	"  - test:\n"
	"      timeout:\n"
	"        minutes: %u\n"
	"      definitions:\n"
	"        - from: inline\n"
	"          name: kmatrix\n"
	"          path: inline/kmatrix.yaml\n"
	"          repository:\n"
	"            metadata:\n"
	"              format: \"Lava-Test Test Definition 1.0\"\n"
	"              name: kmatrix\n"
	"              description: \"Kernel promises, proved on this device\"\n"
	"            run:\n"
	"              steps:\n"
	"                - \"kmatrix run --native -q --color never -o /tmp/kmatrix.db";

/* Nothing may end the steps before the store was sent: a case that failed is a result. */
static const char lava_tail[] =
	" >/tmp/kmatrix.txt || true\"\n"
	"                # Printk would cut the lines that follow.\n"
	"                - \"dmesg -n 1 || true\"\n"
	"                - \"kmatrix report --format lava -o /tmp/kmatrix.db || true\"\n"
	"                # sed -n 's/.*KMATRIX-STORE //p' LOG | base64 -d | gunzip >STORE\n"
	"                - \"gzip -9 </tmp/kmatrix.db | base64 | sed 's/^/KMATRIX-STORE /'\"\n";

void jobs_write_lava(const struct jobs *jobs, size_t first, size_t end, struct buf *out)
{
	const char *device = jobs->wanted->device ? jobs->wanted->device : LAVA_QEMU;

	for (size_t i = first; i < end; i++) {
		const struct jobs_one *job = &jobs->v[i];

		buf_printf(out,
			   "---\n"
			   "# Made by `kmatrix jobs --for lava`.\n"
			   "job_name: \"kmatrix %s\"\n"
			   "device_type: \"%s\"\n"
			   "priority: medium\n"
			   "visibility: public\n"
			   "timeouts:\n"
			   "  job:\n"
			   "    minutes: %u\n"
			   "  action:\n"
			   "    minutes: %u\n"
			   "  connection:\n"
			   "    minutes: 10\n",
			   job->name, device, job->minutes + 30, job->minutes);
		if (strcmp(device, LAVA_QEMU))
			lava_deploy_board(jobs, job, device, out);
		else
			lava_deploy_qemu(jobs, job, out);
		buf_printf(out, lava_boot, job->minutes);
		for (size_t k = 0; k < job->nabis; k++)
			buf_printf(out, " --abi '%s'", job->abis[k]);
		jobs_arguments_common(jobs, out);
		buf_puts(out, lava_tail);
	}
}

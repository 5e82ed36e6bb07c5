// What Swift cannot import from HDF5: macros, mutable globals and versioned functions.
#ifndef CLAVA_HDF5_SHIMS_H
#define CLAVA_HDF5_SHIMS_H

#include <hdf5.h>

// Property list classes and flags.
static inline hid_t clava_h5_file_access_class(void) { return H5P_FILE_ACCESS; }
static inline hid_t clava_h5_file_create_class(void) { return H5P_FILE_CREATE; }
static inline hid_t clava_h5_group_create_class(void) { return H5P_GROUP_CREATE; }
static inline hid_t clava_h5_dataset_create_class(void) { return H5P_DATASET_CREATE; }
static inline hid_t clava_h5_dataset_access_class(void) { return H5P_DATASET_ACCESS; }
static inline unsigned clava_h5_truncate_flag(void) { return H5F_ACC_TRUNC; }
static inline unsigned clava_h5_read_only_flag(void) { return H5F_ACC_RDONLY; }

// Little-endian element types, the only ones an artifact holds. They are ids of the library, never closed by us.
static inline hid_t clava_h5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t clava_h5_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t clava_h5_int32(void) { return H5T_STD_I32LE; }
static inline hid_t clava_h5_int64(void) { return H5T_STD_I64LE; }
static inline hid_t clava_h5_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t clava_h5_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t clava_h5_uint64(void) { return H5T_STD_U64LE; }

/// What a link of a group leads to.
enum clava_h5_link {
  CLAVA_H5_LINK_FAILED = -1,
  CLAVA_H5_LINK_GROUP = 0,
  CLAVA_H5_LINK_DATASET = 1,
  CLAVA_H5_LINK_SOFT = 2,
  CLAVA_H5_LINK_EXTERNAL = 3,
  CLAVA_H5_LINK_OTHER = 4
};

/// Number of links in a group, or -1.
long long clava_h5_link_count(hid_t group);
/// Name of link `index` (by name) into `name`; returns its length without the final zero, or -1.
long long clava_h5_link_name(hid_t group, unsigned long long index, char *name, size_t size);
/// Kind of the link called `name`. Soft, external and user-defined links are never followed.
enum clava_h5_link clava_h5_link_kind(hid_t group, const char *name);
/// Writes the library's own account of the last failure, outermost call first, into `text`. Returns its length.
size_t clava_h5_error_text(char *text, size_t size);
/// Stops the library from printing errors on this thread. The setting belongs to the thread.
void clava_h5_silence(void);
/// Writes the file format of release 1.10, in which all structure carries checksums. (With 1.8 as the lower bound the
/// index of the chunks is a version 1 B-tree without any: 1531 of 104 464 single flipped bits of a small file then
/// gave other values without an error; with 1.10 none of 34 272 did.)
herr_t clava_h5_set_format_bounds(hid_t access_list);

#endif

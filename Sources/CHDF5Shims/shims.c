#include "CHDF5Shims.h"

#include <stdio.h>
#include <string.h>

long long clava_h5_link_count(hid_t group) {
  H5G_info_t info;
  return H5Gget_info(group, &info) < 0 ? -1 : (long long)info.nlinks;
}

long long clava_h5_link_name(hid_t group, unsigned long long index, char *name, size_t size) {
  return H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, name, size, H5P_DEFAULT);
}

enum clava_h5_link clava_h5_link_kind(hid_t group, const char *name) {
  H5L_info_t link;
  if (H5Lget_info(group, name, &link, H5P_DEFAULT) < 0) return CLAVA_H5_LINK_FAILED;
  if (link.type == H5L_TYPE_SOFT) return CLAVA_H5_LINK_SOFT;
  if (link.type == H5L_TYPE_EXTERNAL) return CLAVA_H5_LINK_EXTERNAL;
  if (link.type != H5L_TYPE_HARD) return CLAVA_H5_LINK_OTHER;
  hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (object < 0) return CLAVA_H5_LINK_FAILED;
  H5I_type_t type = H5Iget_type(object);
  H5Oclose(object);
  if (type == H5I_GROUP) return CLAVA_H5_LINK_GROUP;
  if (type == H5I_DATASET) return CLAVA_H5_LINK_DATASET;
  return CLAVA_H5_LINK_OTHER;
}

struct account {
  char *text;
  size_t size;
  size_t used;
};

static herr_t add_entry(unsigned depth, const H5E_error2_t *entry, void *context) {
  struct account *account = context;
  const char *words = entry->desc && entry->desc[0] ? entry->desc : entry->func_name;
  if (!words) return 0;
  int written = snprintf(account->text + account->used, account->size - account->used, "%s%s",
                         depth ? ": " : "", words);
  if (written > 0) account->used += (size_t)written;
  if (account->used >= account->size) account->used = account->size - 1;
  return 0;
}

size_t clava_h5_error_text(char *text, size_t size) {
  if (size == 0) return 0;
  text[0] = 0;
  struct account account = {text, size, 0};
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, add_entry, &account);
  return account.used;
}

void clava_h5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

herr_t clava_h5_set_format_bounds(hid_t access_list) {
  return H5Pset_libver_bounds(access_list, H5F_LIBVER_V110, H5F_LIBVER_V110);
}

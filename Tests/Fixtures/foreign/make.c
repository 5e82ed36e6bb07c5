// Makes the HDF5 files of this folder: things an artifact never holds, which a reader must refuse.
// cc make.c $(pkg-config --cflags --libs hdf5-serial) -o make && ./make
#include <hdf5.h>

static hid_t create(const char *path) { return H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT); }

static hid_t settings(void) {
  hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(list, 0);
  return list;
}

static void dataset(hid_t file, const char *name, hid_t type, hid_t list, hsize_t count) {
  hid_t space = H5Screate_simple(1, &count, NULL);
  hid_t id = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  H5Dclose(id);
  H5Sclose(space);
}

int main(void) {
  hid_t file = create("external-link.h5");
  H5Lcreate_external("/etc/passwd", "/x", file, "link", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);

  file = create("soft-link.h5");
  H5Lcreate_soft("/nowhere", file, "link", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);

  file = create("circle.h5");
  hid_t group = H5Gcreate2(file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_hard(file, "/", group, "back", H5P_DEFAULT, H5P_DEFAULT);
  H5Gclose(group);
  H5Fclose(file);

  file = create("big-endian.h5");
  dataset(file, "x", H5T_IEEE_F64BE, settings(), 4);
  H5Fclose(file);

  file = create("string.h5");
  hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, H5T_VARIABLE);
  dataset(file, "x", text, settings(), 4);
  H5Fclose(file);

  file = create("named-type.h5");
  H5Tcommit2(file, "type", text, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);

  file = create("external-data.h5");
  hid_t list = settings();
  H5Pset_external(list, "/etc/passwd", 0, 32);
  dataset(file, "x", H5T_IEEE_F64LE, list, 4);
  H5Fclose(file);

  file = create("compressed.h5");
  hsize_t chunk = 4;
  list = settings();
  H5Pset_chunk(list, 1, &chunk);
  H5Pset_deflate(list, 6);
  dataset(file, "x", H5T_IEEE_F64LE, list, 4);
  H5Fclose(file);

  file = create("huge-claim.h5");
  chunk = 1024;
  list = settings();
  H5Pset_chunk(list, 1, &chunk);
  dataset(file, "x", H5T_IEEE_F64LE, list, 1ull << 50);
  H5Fclose(file);
  return 0;
}

#include <fcntl.h>
#include <fmt/format.h>
#include <paceline/workload/regular_file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace paceline::workload {
namespace {

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

tl::unexpected<Error> unreadable(const std::string& path, const std::string& why) {
  return fail(ErrorCode::file_unreadable, path + ": " + why);
}

}  // namespace

Result<RegularFile> RegularFile::open(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  RegularFile file(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.descriptor_ < 0 || fstat(file.descriptor_, &status) != 0) {
    return unreadable(path, fmt::format("cannot be opened ({}); check the name and the permissions",
                                        reason_of(errno)));
  }
  if (S_ISDIR(status.st_mode)) return unreadable(path, "is a folder; name a file in it");
  if (!S_ISREG(status.st_mode)) {
    return unreadable(path, "is not a regular file; save its content to a file and name that file");
  }
  file.size_ = static_cast<std::uint64_t>(status.st_size);
  return file;
}

RegularFile::RegularFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

RegularFile::RegularFile(RegularFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

RegularFile::~RegularFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<std::size_t> RegularFile::read(std::uint64_t offset, char* bytes, std::size_t length) const {
  std::size_t have = 0;
  while (have < length) {
    const ssize_t got =
        pread(descriptor_, bytes + have, length - have, static_cast<off_t>(offset + have));
    if (got == 0) break;
    if (got > 0) {
      have += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return unreadable(path_,
                        fmt::format("cannot be read ({}); check its disk", reason_of(errno)));
    }
  }
  return have;
}

}  // namespace paceline::workload

#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace paceline {

/// A certificate for 127.0.0.1 that is its own authority, made by OpenSSL's program. The files are
/// removed with the object.
class SelfSigned {
 public:
  SelfSigned() : folder_((std::filesystem::temp_directory_path() / "paceline-XXXXXX").string()) {
    is_made_ = mkdtemp(folder_.data()) != nullptr;
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout " +
        key_file() + " -out " + cert_file() + " 2>/dev/null";
    is_made_ = is_made_ && std::system(command.c_str()) == 0;
  }
  ~SelfSigned() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  SelfSigned(const SelfSigned&) = delete;
  SelfSigned& operator=(const SelfSigned&) = delete;

  /// False without OpenSSL's program.
  bool is_made() const { return is_made_; }
  std::string cert_file() const { return folder_ + "/server.pem"; }
  std::string key_file() const { return folder_ + "/server.key"; }

 private:
  std::string folder_;
  bool is_made_ = false;
};

}  // namespace paceline

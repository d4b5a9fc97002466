#include <programs/remedy.h>

#include <string_view>

namespace paceline {
namespace {

/// Empty for a code that needs no remedy.
std::string_view remedy_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_value:
    case ErrorCode::file_unreadable:
    case ErrorCode::file_unwritable:
      return {};
    case ErrorCode::disk_full:
      return "free disk space, then rerun with --paceline_resume";

    // log/
    case ErrorCode::log_unusable:
      return "name a log of paceline, or a new file in a writable folder";
    case ErrorCode::not_a_log:
      return "name a file that --paceline_log has written";
    case ErrorCode::log_too_new:
      return "use that version, or name another file";
    case ErrorCode::log_unreadable:
      return "check the disk, or restore the file from a copy";
    case ErrorCode::log_unwritable:
      return "check that the file is in place and that its disk has space";
    case ErrorCode::log_has_no_run:
      return "give the file to --paceline_log instead of --paceline_resume";
    case ErrorCode::log_of_another_job:
      return "repeat the flags of the earlier run, or begin a new log with --paceline_log";
    case ErrorCode::log_incomplete:
      return "make the log writable, then rerun with --paceline_resume";

    // workload/
    case ErrorCode::bad_line:
      return {};
    case ErrorCode::line_names_server:
      return "give only the path of the URL, and name the server with --paceline_url";
  }
  return {};
}

}  // namespace

std::string with_remedy(const Error& error) {
  const std::string_view remedy = remedy_for(error.code);
  std::string sentence = error.message;
  if (!remedy.empty()) sentence.append("; ").append(remedy);
  return sentence;
}

}  // namespace paceline

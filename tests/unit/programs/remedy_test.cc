#include <gtest/gtest.h>
#include <programs/remedy.h>

#include <string>

namespace paceline {
namespace {

std::string sentence(ErrorCode code) {
  return with_remedy({code, "fact"});
}

TEST(Remedy, FollowsTheFacts) {
  EXPECT_EQ(with_remedy({ErrorCode::disk_full, "7 requests are not in the log 'a'"}),
            "7 requests are not in the log 'a'; free disk space, then rerun with "
            "--paceline_resume");
}

TEST(Remedy, IsLeftOutWhereTheMessageSaysAll) {
  for (const ErrorCode code : {ErrorCode::invalid_value, ErrorCode::file_unreadable,
                               ErrorCode::file_unwritable, ErrorCode::bad_line}) {
    EXPECT_EQ(sentence(code), "fact");
  }
}

TEST(Remedy, NamesTheFlagsOfALog) {
  EXPECT_EQ(sentence(ErrorCode::not_a_log), "fact; name a file that --paceline_log has written");
  EXPECT_EQ(sentence(ErrorCode::log_has_no_run),
            "fact; give the file to --paceline_log instead of --paceline_resume");
  EXPECT_EQ(sentence(ErrorCode::log_of_another_job),
            "fact; repeat the flags of the earlier run, or begin a new log with --paceline_log");
  EXPECT_EQ(sentence(ErrorCode::log_incomplete),
            "fact; make the log writable, then rerun with --paceline_resume");
}

TEST(Remedy, TellsWhatToDoAboutALogFile) {
  EXPECT_EQ(sentence(ErrorCode::log_unusable),
            "fact; name a log of paceline, or a new file in a writable folder");
  EXPECT_EQ(sentence(ErrorCode::log_too_new), "fact; use that version, or name another file");
  EXPECT_EQ(sentence(ErrorCode::log_unreadable),
            "fact; check the disk, or restore the file from a copy");
  EXPECT_EQ(sentence(ErrorCode::log_unwritable),
            "fact; check that the file is in place and that its disk has space");
}

TEST(Remedy, NamesTheFlagOfAServerThatABatchFileNames) {
  EXPECT_EQ(sentence(ErrorCode::line_names_server),
            "fact; give only the path of the URL, and name the server with --paceline_url");
}

}  // namespace
}  // namespace paceline

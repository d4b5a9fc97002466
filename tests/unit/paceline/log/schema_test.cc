#include <paceline/log/database.h>
#include <sys/stat.h>

#include <fstream>
#include <string_view>

#include "log_folder.h"

namespace paceline::log {
namespace {

int mode_of(const std::string& file) {
  return static_cast<int>(std::filesystem::status(file).permissions());
}

class SchemaTest : public LogFolder {
 protected:
  void make_database(const std::string& sql) {
    auto opened = Database::open(path(), Database::Mode::create);
    ASSERT_EQ(message_of(opened->execute(sql)), "");
  }

  /// Expects that the file can neither be written nor read as a log.
  void expect_refused(const std::string& file, std::string_view says,
                      ErrorCode to_write = ErrorCode::log_unusable,
                      ErrorCode to_read = ErrorCode::not_a_log) {
    expect_error(open_log(file), to_write, file, says);
    expect_error(open_existing_log(file), to_read, file, says);
  }

  static void expect_error(const Result<Database>& opened, ErrorCode code, const std::string& file,
                           std::string_view says) {
    ASSERT_FALSE(opened) << file;
    EXPECT_EQ(opened.error().code, code);
    EXPECT_NE(opened.error().message.find(says), std::string::npos) << opened.error().message;
    EXPECT_NE(opened.error().message.find(file), std::string::npos) << opened.error().message;
  }
};

TEST_F(SchemaTest, MarksTheFileAndUsesWal) {
  ASSERT_TRUE(open_log(path()));
  EXPECT_EQ(ask(path(), "PRAGMA application_id"), 0x70616365);
  EXPECT_EQ(ask(path(), "PRAGMA user_version"), 11);
  EXPECT_EQ(ask_text(path(), "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM runs"), 0);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests"), 0);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM latencies"), 0);
}

TEST_F(SchemaTest, EachCommitIsSynced) {
  auto opened = open_log(path());
  constexpr std::int64_t full = 2;
  EXPECT_EQ(opened.value().read_integer("PRAGMA synchronous").value(), full);
}

TEST_F(SchemaTest, OpensItsOwnFileAgain) {
  ASSERT_TRUE(open_log(path()));
  EXPECT_TRUE(open_log(path()));
  EXPECT_TRUE(open_existing_log(path()));
}

TEST_F(SchemaTest, AnEmptyFileBecomesALog) {
  std::ofstream(path()).close();
  EXPECT_TRUE(open_log(path()));
}

TEST_F(SchemaTest, AnEmptyFileIsNothingToRead) {
  std::ofstream(path()).close();
  expect_error(open_existing_log(path()), ErrorCode::not_a_log, path(), "contains no log");
}

TEST_F(SchemaTest, NamesThatSqliteReadsOtherwiseArePlainFiles) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(path()).parent_path());
  for (const std::string name : {":memory:", "file:a.sqlite"}) {
    EXPECT_TRUE(open_log(name)) << name;
    EXPECT_TRUE(std::filesystem::exists(name)) << name;
  }
  std::filesystem::current_path(before);
}

TEST_F(SchemaTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(path()) << std::string(5'000, 'x');
  expect_refused(path(), "not a database");
  EXPECT_EQ(std::filesystem::file_size(path()), 5'000);
}

TEST_F(SchemaTest, LeavesAnotherProgramsDatabaseAlone) {
  make_database("CREATE TABLE runs (a)");
  expect_refused(path(), "another program");
  EXPECT_EQ(ask_text(path(), "PRAGMA journal_mode"), "delete");
}

TEST_F(SchemaTest, RefusesANewerLog) {
  ASSERT_TRUE(open_log(path()));
  make_database("PRAGMA user_version = 12");
  expect_refused(path(), "newer paceline", ErrorCode::log_too_new, ErrorCode::log_too_new);
}

TEST_F(SchemaTest, ALogIsForItsUserAlone) {
  const mode_t before = umask(0);
  {
    const auto opened = open_log(path());
    ASSERT_TRUE(opened);
    for (const std::string part : {"", "-wal", "-shm"}) EXPECT_EQ(mode_of(path() + part), 0600);
  }
  std::ofstream(path("empty.sqlite")).close();
  EXPECT_EQ(mode_of(path("empty.sqlite")), 0666);
  ASSERT_TRUE(open_log(path("empty.sqlite")));
  EXPECT_EQ(mode_of(path("empty.sqlite")), 0600);
  umask(0277);
  ASSERT_TRUE(open_log(path("masked.sqlite")));
  EXPECT_EQ(mode_of(path("masked.sqlite")), 0600);
  umask(before);
}

TEST_F(SchemaTest, ALogThatItsUserOpenedToOthersStaysSo) {
  ASSERT_TRUE(open_log(path()));
  std::filesystem::permissions(path(), std::filesystem::perms{0640});
  ASSERT_TRUE(open_log(path()));
  EXPECT_EQ(mode_of(path()), 0640);
}

TEST_F(SchemaTest, SaysWhyAFileCannotBeMade) {
  expect_refused(path("no/such/folder.sqlite"), "No such file or directory");
  expect_refused("/proc/paceline.sqlite", "unable to open");
  expect_refused(std::filesystem::path(path()).parent_path(), "unable to open");
}

TEST_F(SchemaTest, DoesNotMakeAFileToRead) {
  EXPECT_FALSE(open_existing_log(path()));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

}  // namespace
}  // namespace paceline::log

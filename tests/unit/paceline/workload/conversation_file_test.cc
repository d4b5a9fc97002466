#include <gtest/gtest.h>
#include <paceline/workload/conversation_file.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "batch_files.h"

namespace paceline::workload {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

std::shared_ptr<const ConversationFile> conversations_in(const TemporaryFile& file) {
  const auto opened = ConversationFile::open(file.path());
  EXPECT_EQ(message_of(opened), "");
  return opened.value_or(nullptr);
}

std::string session_line(std::string_view id, std::string_view turns) {
  return R"({"session_id":")" + std::string(id) + R"(","turns":[)" + std::string(turns) + "]}";
}

std::string sharegpt(std::string_view id, std::string_view from) {
  return R"({"id":")" + std::string(id) + R"(","conversations":[{"from":")" + std::string(from) +
         R"(","value":"v"}]})";
}

std::string turn_request(std::string_view id, std::string_view text, std::string_view more = "") {
  return R"({"custom_id":"1","method":"POST","url":"/v1/chat/completions","session_id":")" +
         std::string(id) + R"(",)" + std::string(more) +
         R"("body":{"model":"m","messages":[{"role":"user","content":")" + std::string(text) +
         "\"}]}}";
}

/// The ids and the messages of a session, or the error.
Texts session_read(ConversationReader& reader, std::uint64_t number) {
  const auto conversation = reader.read(number);
  if (!conversation) return {conversation.error().message};
  Texts all{conversation->id};
  for (const ConversationTurn& turn : conversation->turns) all.push_back(turn.messages);
  return all;
}

std::string user_message(std::string_view text) {
  return R"({"role":"user","content":")" + std::string(text) + "\"}";
}

/// The message for a file that cannot be opened, without the path.
std::string refused_file(std::string_view text) {
  const TemporaryFile file(text);
  const auto opened = ConversationFile::open(file.path());
  if (opened) return "opened";
  EXPECT_EQ(opened.error().code, ErrorCode::bad_line);
  return opened.error().message.substr(file.path().size());
}

TEST(ConversationFileTest, HasTheSessionsOfItsLines) {
  const TemporaryFile file("\xEF\xBB\xBF" + session_line("a", R"("one","two")") + "\r\n\n" +
                           session_line("b", R"("three")") + "\n" + session_line("a", R"("four")"));
  const auto conversations = conversations_in(file);
  EXPECT_EQ(conversations->sessions(), 3U);
  EXPECT_EQ(conversations->turns(), 4U);
  EXPECT_FALSE(conversations->has_requests());
  ConversationReader reader(conversations);
  EXPECT_EQ(session_read(reader, 2), (Texts{"a", user_message("four")}));
  EXPECT_EQ(session_read(reader, 0), (Texts{"a", user_message("one"), user_message("two")}));
  EXPECT_EQ(session_read(reader, 1), (Texts{"b", user_message("three")}));
}

TEST(ConversationFileTest, KnowsTheSessionOfATurn) {
  const TemporaryFile file(session_line("a", R"("1","2")") + "\n" + session_line("b", R"("3")") +
                           "\n" + session_line("c", R"("4","5","6")"));
  const auto conversations = conversations_in(file);
  std::vector<std::uint64_t> sessions;
  for (std::uint64_t turn = 0; turn < conversations->turns(); ++turn) {
    sessions.push_back(conversations->session_of(turn));
  }
  EXPECT_EQ(sessions, (std::vector<std::uint64_t>{0, 0, 1, 2, 2, 2}));
  EXPECT_EQ(conversations->first_turn(2), 3U);
}

TEST(ConversationFileTest, IsOneArray) {
  const TemporaryFile file("[ " + sharegpt("a", "human") + ",\n" + sharegpt("b", "gpt") + ", " +
                           sharegpt("c", "user") + "\n]\n");
  const auto conversations = conversations_in(file);
  EXPECT_EQ(conversations->sessions(), 2U);
  ConversationReader reader(conversations);
  EXPECT_EQ(session_read(reader, 1), (Texts{"c", user_message("v")}));
  EXPECT_EQ(session_read(reader, 0), (Texts{"a", user_message("v")}));
}

TEST(ConversationFileTest, TheRequestsOfASessionAreItsTurns) {
  const TemporaryFile file(turn_request("b", "one") + "\n" +
                           turn_request("a", "two", R"("delay":5,)") + "\n\n" +
                           turn_request("b", "three", R"("delay":7,)") + "\n" +
                           turn_request("c", "four") + "\n" + turn_request("b", "five"));
  const auto conversations = conversations_in(file);
  EXPECT_TRUE(conversations->has_requests());
  EXPECT_EQ(conversations->sessions(), 3U);
  EXPECT_EQ(conversations->turns(), 5U);
  ConversationReader reader(conversations);
  EXPECT_EQ(session_read(reader, 0),
            (Texts{"b", user_message("one"), user_message("three"), user_message("five")}));
  EXPECT_EQ(session_read(reader, 1), (Texts{"a", user_message("two")}));
  EXPECT_EQ(session_read(reader, 2), (Texts{"c", user_message("four")}));
  EXPECT_EQ(conversations->delay(0), std::nullopt);
  EXPECT_EQ(conversations->delay(1), 7ms);
  EXPECT_EQ(conversations->delay(3), 5ms);
}

TEST(ConversationFileTest, HasDelays) {
  const TemporaryFile file(session_line("a", R"("one",{"content":"two","delay":0})") + "\n" +
                           session_line("b", R"({"content":"three","delay":2592000000})"));
  const auto conversations = conversations_in(file);
  EXPECT_EQ(conversations->delay(0), std::nullopt);
  EXPECT_EQ(conversations->delay(1), 0ms);
  EXPECT_EQ(conversations->delay(2), longest_delay);
}

TEST(ConversationFileTest, ASessionWithoutIdHasANumber) {
  const TemporaryFile file("{\"turns\":[\"one\"]}\n{\"turns\":[\"two\"]}\n");
  ConversationReader reader(conversations_in(file));
  EXPECT_EQ(session_read(reader, 1), (Texts{"2", user_message("two")}));
}

TEST(ConversationFileTest, EqualFilesHaveEqualHashes) {
  const std::string text = session_line("a", R"("one")") + "\n";
  const TemporaryFile file(text);
  const std::string hashes = conversations_in(file)->hashes().json();
  file.write("\n" + text);
  EXPECT_EQ(conversations_in(file)->hashes().json(), hashes);
  file.write(session_line("a", R"("two")"));
  EXPECT_NE(conversations_in(file)->hashes().json(), hashes);
}

TEST(ConversationFileTest, ASessionThatIsGoneIsRefused) {
  const std::string first = session_line("a", R"("one")") + "\n";
  const TemporaryFile file(first + session_line("b", R"("two","three")"));
  const auto conversations = conversations_in(file);
  const Texts gone{file.path() +
                   ": session 2 is no longer in the file; do not change the file during a run"};
  file.write(first + session_line("b", R"("two" ,   "3")"));
  ConversationReader changed(conversations);
  EXPECT_EQ(session_read(changed, 1), (Texts{"b", user_message("two"), user_message("3")}));
  file.write(first + session_line("b", R"("two three  ")"));
  ConversationReader merged(conversations);
  EXPECT_EQ(session_read(merged, 1), gone);
  std::filesystem::resize_file(file.path(), first.size() + 4);
  ConversationReader cut(conversations);
  EXPECT_EQ(session_read(cut, 1), gone);
  EXPECT_EQ(session_read(cut, 0), (Texts{"a", user_message("one")}));
}

TEST(ConversationFileTest, ARequestThatChangesIsRefused) {
  const TemporaryFile file(turn_request("a", "one") + "\n" + turn_request("a", "two") + "\n");
  const auto conversations = conversations_in(file);
  file.write(turn_request("a", "one") + "\n" + turn_request("b", "two") + "\n");
  ConversationReader reader(conversations);
  EXPECT_EQ(
      session_read(reader, 0).front(),
      file.path() + ": session 1 is no longer in the file; do not change the file during a run");
}

TEST(ConversationFileErrorsTest, NameTheLine) {
  EXPECT_EQ(refused_file(session_line("a", R"("one")") + "\n\n" + session_line("b", "")),
            ":3: turns has no message of the user; give one, or leave it out");
  EXPECT_EQ(refused_file("[" + session_line("a", R"("one")") + ",\n" + session_line("b", "") + "]"),
            ":2: object 2: turns has no message of the user; give one, or leave it out");
  EXPECT_EQ(refused_file(session_line("a", R"("one")") + "\n" + turn_request("a", "two")),
            ":2: a request of the Batch format and a whole conversation do not go together; "
            "divide the file");
  EXPECT_TRUE(refused_file("\n" + sharegpt("a", "gpt") + "\n")
                  .starts_with(": the file has no message of a user; give one conversation"));
  EXPECT_TRUE(refused_file("").starts_with(": the file has no message of a user; give one"));
  EXPECT_TRUE(refused_file("[]").starts_with(": the file has no message of a user; give one"));
  EXPECT_EQ(refused_file("[7]"),
            ":1: object 1: this is not an object; give one for each conversation");
}

TEST(ConversationFileErrorsTest, AFileMustBeThere) {
  const auto opened = ConversationFile::open("/nowhere/conversations.jsonl");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::file_unreadable);
}

}  // namespace
}  // namespace paceline::workload

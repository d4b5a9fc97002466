#include <gtest/gtest.h>
#include <paceline/workload/file_lines.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "batch_files.h"

namespace paceline::workload {
namespace {

TEST(BatchFileTest, ReadsEachFieldAndTheBodyAsItStands) {
  const TemporaryFile file(
      R"({"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", )"
      R"("body": {"model": "m",  "messages":[], "x": "}\"{"} , "more": {"body": 1}})"
      "\n"
      R"({"body":{"input":["i"],"stream":true,"model":"e"},"url":"/v1/embeddings",)"
      R"("custom_id":"é\n\u00e9","method":"POST"})"
      "\n");
  BatchReader reader(open(file));
  ASSERT_EQ(reader.file().size(), 2U);
  const auto second = reader.read(1).value();
  EXPECT_EQ(second.custom_id, "é\né");
  EXPECT_EQ(second.url, "/v1/embeddings");
  EXPECT_EQ(second.body, R"({"input":["i"],"stream":true,"model":"e"})");
  EXPECT_TRUE(second.stream);
  const auto first = reader.read(0).value();
  EXPECT_EQ(first.custom_id, "a");
  EXPECT_EQ(first.url, "/v1/chat/completions");
  EXPECT_EQ(first.body, R"({"model": "m",  "messages":[], "x": "}\"{"})");
  EXPECT_FALSE(first.stream);
}

TEST(BatchFileTest, TellsWhoAsksForAStream) {
  for (const auto& [stream, expected] :
       {std::pair("true", true), {"false", false}, {"null", false}}) {
    const TemporaryFile file(
        chat_line(R"({"model":"m","messages":[],"stream":)" + std::string(stream) + "}"));
    BatchReader reader(open(file));
    EXPECT_EQ(reader.read(0).value().stream, expected) << stream;
  }
}

TEST(BatchFileTest, TheVersionMayBeLeftOut) {
  for (const std::string path : {"/chat/completions", "/embeddings", "/responses"}) {
    const TemporaryFile file(R"({"custom_id":"a","method":"POST","url":")" + path +
                             R"(","body":{"model":"m","messages":[],"input":"x"}})");
    BatchReader reader(open(file));
    EXPECT_EQ(reader.read(0).value().url, "/v1" + path);
  }
}

TEST(BatchFileTest, TakesValidJsonThatFewParsersDo) {
  for (const std::string body :
       {R"({"model":"m","messages":[{"role":"user","content":"cut \ud83d"}]})",
        R"({"model":"m","messages":[],"seed":123456789012345678901234567890})"}) {
    const TemporaryFile file(chat_line(body));
    BatchReader reader(open(file));
    EXPECT_EQ(reader.read(0).value().body, body);
  }
  EXPECT_EQ(refusal(chat_line(R"({"model":"m","messages":[],"n":NaN})")).substr(0, 24),
            ":1: the line is not JSON");
}

TEST(BatchFileTest, TakesWhateverEndsALine) {
  EXPECT_EQ(ids_of(open(TemporaryFile(line("a") + "\n" + line("b") + "\n"))), (Ids{"a", "b"}));
  EXPECT_EQ(ids_of(open(TemporaryFile(line("a") + "\n" + line("b")))), (Ids{"a", "b"}));
  EXPECT_EQ(ids_of(open(TemporaryFile(line("a") + "\r\n" + line("b") + "\r\n"))), (Ids{"a", "b"}));
  EXPECT_EQ(ids_of(open(TemporaryFile("\xEF\xBB\xBF" + line("a")))), (Ids{"a"}));
}

TEST(BatchFileTest, PassesOverBlankLines) {
  EXPECT_EQ(ids_of(open(TemporaryFile(line("a") + "\n\n \t\r\n" + line("b") + "\n\n\n  "))),
            (Ids{"a", "b"}));
  EXPECT_EQ(refusal("\n\n" + line("a") + "\n\n[]\n").substr(0, 3), ":5:");
}

TEST(BatchFileTest, OfANameThatStandsTwiceTheLastCounts) {
  const TemporaryFile file(
      R"({"custom_id":1,"body":1,"method":"GET","url":"/v1/responses","custom_id":"b",)"
      R"("method":"POST","body":{"model":"first"},"body":{"model":"m","stream":7,"stream":true}})");
  BatchReader reader(open(file));
  const auto request = reader.read(0).value();
  EXPECT_EQ(request.custom_id, "b");
  EXPECT_EQ(request.body, R"({"model":"m","stream":7,"stream":true})");
  EXPECT_TRUE(request.stream);
}

TEST(BatchFileTest, NamesTheLineAndTheReason) {
  const struct {
    std::string text;
    std::string reason;
  } wrongs[] = {
      {"", ":1: the file contains no request"},
      {" \n\r\n", ":1: the file contains no request"},
      {line("a") + "\n{\"custom_id\": ", ":2: the line is not JSON"},
      {line("a") + line("b"), ":1: the line is not JSON"},
      {"{\n" + line("a").substr(1), ":1: the line is not JSON"},
      {chat_line(R"({"model": "m", "messages": [], "n": tru})"), ":1: the line is not JSON"},
      {line("\xFF"), ":1: the text is not UTF-8"},
      {"\xFF\xFE{\n", ":1: the text is not UTF-8"},
      {"[1]", ":1: the line is not a JSON object"},
      {line_with_id("\"\""), ":1: custom_id is missing, empty or not a string"},
      {line_with_id("7"), ":1: custom_id is missing, empty or not a string"},
      {R"({"method": "POST"})", ":1: custom_id is missing, empty or not a string"},
      {R"({"custom_id": "a", "method": "GET"})", ":1: method is \"GET\"; write \"POST\""},
      {R"({"custom_id": "a"})", ":1: method is missing"},
      {R"({"custom_id": "a", "method": "POST", "url": "/v1/files"})", ":1: url is \"/v1/files\""},
      {R"({"custom_id": "a", "method": "POST", "url": "/v1"})", ":1: url is \"/v1\""},
      {R"({"custom_id": "a", "method": "POST", "url": ""})", ":1: url is \"\""},
      {R"({"custom_id": "a", "method": "POST"})", ":1: url is missing"},
      {chat_line("[]"), ":1: body is missing or not an object"},
      {chat_line(R"({"messages": []})"), ":1: body has no model"},
      {chat_line(R"({"model": "", "messages": []})"), ":1: body has no model"},
      {chat_line(R"({"model": "m"})"), ":1: body has no messages, which /v1/chat/completions"},
      {R"({"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"model":"m"}})",
       ":1: body has no input, which /v1/embeddings"},
      {chat_line(R"({"model": "m", "messages": [], "stream": 1})"), ":1: stream in the body"},
      {line("a") + "\n" + line("b") + "\n\n" + line("a"), ":4: custom_id repeats that of line 1"},
      {line("é") + "\n" + line("\\u00e9"), ":2: custom_id repeats that of line 1"},
  };
  for (const auto& [text, reason] : wrongs) {
    EXPECT_EQ(refusal(text).substr(0, reason.size()), reason) << text;
  }
}

TEST(BatchFileTest, AServerInALineHasACodeOfItsOwn) {
  EXPECT_EQ(
      refusal(R"({"custom_id": "a", "method": "POST", "url": "https://host/v1/chat/completions"})",
              ErrorCode::line_names_server),
      ":1: url \"https://host/v1/chat/completions\" names a server");
}

TEST(BatchFileTest, ShowsNoLongTextInASentence) {
  const std::string sentence =
      refusal(R"({"custom_id": "a", "method": ")" + std::string(10'000, 'x') + "\"}");
  EXPECT_LT(sentence.size(), 200U);
}

TEST(BatchFileTest, RefusesWhatIsNoFile) {
  const auto sentence_for = [](const std::string& path) {
    const auto batch = BatchFile::open(path);
    EXPECT_EQ(batch.error().code, ErrorCode::file_unreadable);
    return message_of(batch);
  };
  EXPECT_TRUE(
      sentence_for("/no/such/file").starts_with("/no/such/file: cannot be opened (No such file"));
  EXPECT_NE(sentence_for(testing::TempDir()).find("is a folder"), std::string::npos);
  const std::string pipe = TemporaryFile().path() + ".pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_NE(sentence_for(pipe).find("is not a regular file"), std::string::npos);
  std::filesystem::remove(pipe);
}

TEST(BatchFileTest, ReadsALineAtTheVeryEndOfAPage) {
  // Padding that is not there would be read here.
  for (std::size_t size = 4'090; size <= 4'100; ++size) {
    const std::string id(size - line("").size(), 'x');
    const TemporaryFile file(line(id));
    EXPECT_EQ(ids_of(open(file)), (Ids{id}));
  }
}

TEST(BatchFileTest, ReadsLinesOfEverySize) {
  std::string text;
  Ids ids;
  for (std::size_t size = 1; size < 1'000'000; size = size * 3 / 2 + 1) {
    ids.push_back(std::to_string(size) + std::string(size, 'x'));
    text += line(ids.back()) + "\n";
  }
  EXPECT_EQ(ids_of(open(TemporaryFile(text))), ids);
}

TEST(BatchFileTest, RefusesALineThatIsTooLong) {
  const std::size_t around = line("").size();
  const TemporaryFile fits(line(std::string(longest_line - around, 'x')) + "\n" + line("b"));
  EXPECT_EQ(ids_of(open(fits)).back(), "b");
  const TemporaryFile file(line("a") + "\n" + line(std::string(longest_line - around + 1, 'x')));
  EXPECT_EQ(message_of(BatchFile::open(file.path())),
            file.path() + ":2: the line is longer than 64 MiB; put each request on its own line");
}

TEST(BatchFileTest, IsSharedByThreads) {
  std::string text;
  Ids ids;
  for (int i = 0; i < 2'000; ++i) {
    ids.push_back(std::to_string(i));
    text += line(ids.back()) + "\n";
  }
  const auto file = open(TemporaryFile(text));
  std::vector<Ids> read(4);
  std::vector<std::thread> threads;
  for (Ids& mine : read) threads.emplace_back([&] { mine = ids_of(file); });
  for (std::thread& thread : threads) thread.join();
  for (const Ids& mine : read) EXPECT_EQ(mine, ids);
}

TEST(BatchFileTest, NoticesThatALineHasGone) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += line(std::to_string(i)) + "\n";
  const TemporaryFile file(text);
  BatchReader reader(open(file));
  std::filesystem::resize_file(file.path(), text.size() / 2);
  EXPECT_EQ(message_of(reader.read(0)), "");
  EXPECT_EQ(
      message_of(reader.read(999)),
      file.path() + ": request 1000 is no longer in the file; do not change the file during a run");
  file.write(std::string(text.size(), 'x'));
  EXPECT_FALSE(reader.read(500));
}

TEST(BatchFileTest, AFileMayGrow) {
  const TemporaryFile file(line("a") + "\n" + line("b"));
  BatchReader reader(open(file));
  std::ofstream(file.path(), std::ios::app) << "\n" << line("c") << "\n";
  EXPECT_EQ(reader.file().size(), 2U);
  EXPECT_EQ(reader.read(1).value().custom_id, "b");
}

}  // namespace
}  // namespace paceline::workload

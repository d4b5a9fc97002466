#include <gtest/gtest.h>
#include <paceline/workload/array_scanner.h>

#include <string>
#include <string_view>
#include <vector>

#include "batch_files.h"

namespace paceline::workload {
namespace {

using Texts = std::vector<std::string>;

/// The objects, and then the error without the path.
Texts objects_of_array(std::string_view text) {
  const TemporaryFile file(text);
  const auto opened = RegularFile::open(file.path());
  EXPECT_EQ(message_of(opened), "");
  ArrayScanner scanner(*opened);
  Texts found;
  while (scanner.next()) {
    found.emplace_back(scanner.text());
    EXPECT_EQ(text.substr(scanner.offset(), scanner.text().size()), scanner.text());
  }
  EXPECT_FALSE(scanner.next());
  if (!scanner.result()) {
    EXPECT_EQ(scanner.result().error().code, ErrorCode::bad_line);
    found.push_back(scanner.result().error().message.substr(file.path().size()));
  }
  return found;
}

bool is_array_text(std::string_view text) {
  const TemporaryFile file(text);
  return is_json_array(*RegularFile::open(file.path())).value();
}

TEST(ArrayScannerTest, FindsObjects) {
  EXPECT_EQ(objects_of_array("[]"), Texts{});
  EXPECT_EQ(objects_of_array("\xEF\xBB\xBF \n[ {} ]\n\n"), Texts{"{}"});
  EXPECT_EQ(objects_of_array("[{\"a\":[{}]},\r\n{\"b\": \"}]\\\"{\\\\\"}]"),
            (Texts{R"({"a":[{}]})", R"({"b": "}]\"{\\"})"}));
  EXPECT_EQ(objects_of_array("[{},]"), Texts{"{}"});
}

TEST(ArrayScannerTest, KnowsAnArray) {
  EXPECT_TRUE(is_array_text("[{}]"));
  EXPECT_TRUE(is_array_text("\xEF\xBB\xBF\r\n [{}]"));
  EXPECT_FALSE(is_array_text("{}"));
  EXPECT_FALSE(is_array_text(""));
  EXPECT_FALSE(is_array_text(" \n"));
}

TEST(ArrayScannerTest, PiecesOfTheFileEndAnywhere) {
  constexpr std::size_t piece = 256U << 10U;
  const std::string object = R"({"a": "\\\"}]", "b": [{}, "ü"]})";
  for (std::size_t before = 0; before <= object.size() + 2; ++before) {
    std::string first = R"({"x": ")";
    first.append(piece - before - first.size() - 4, 'x');
    first += "\"}";
    const std::string text = "[" + first + ",\n" + object + "," + object + "]";
    EXPECT_EQ(objects_of_array(text), (Texts{first, object, object})) << before;
  }
}

TEST(ArrayScannerTest, AnObjectMayBeLongerThanAPiece) {
  const std::string object = R"({"x": ")" + std::string(1'000'000, '{') + "\"}";
  EXPECT_EQ(objects_of_array("[" + object + ",{}," + object + "]"), (Texts{object, "{}", object}));
}

TEST(ArrayScannerTest, AnErrorNamesTheLineAndTheObject) {
  EXPECT_EQ(objects_of_array("[{},\n7]"),
            (Texts{"{}", ":2: object 2: this is not an object; give one for each conversation"}));
  EXPECT_EQ(
      objects_of_array("[{\n},\n {\"a\": 1"),
      (Texts{"{\n}", ":3: object 2: the object has no end; correct it, or get the whole file"}));
  EXPECT_EQ(objects_of_array("[\n"),
            Texts{":2: object 1: the array has no end; the file may have been "
                  "cut, so get it again"});
  EXPECT_EQ(objects_of_array("[]\n[]"),
            Texts{":1: object 1: text follows the array; remove it, or give one object on each "
                  "line"});
}

TEST(ArrayScannerTest, ALongObjectIsRefused) {
  const std::string text = "[{\"a\": \"" + std::string(longest_line, 'a') + "\"}]";
  EXPECT_EQ(objects_of_array(text),
            Texts{":1: object 1: the object is longer than 64 MiB, or has no "
                  "end; divide or correct it"});
}

}  // namespace
}  // namespace paceline::workload

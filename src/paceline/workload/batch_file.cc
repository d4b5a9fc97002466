#include <fmt/format.h>
#include <paceline/api/forms.h>
#include <paceline/api/generation_stream.h>
#include <paceline/api/response_reader.h>
#include <paceline/http/target.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/batch_file.h>
#include <paceline/workload/file_lines.h>
#include <simdjson.h>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace paceline::workload {
namespace {

using Hashes = std::vector<std::size_t>;

std::size_t hash_of(std::string_view custom_id) {
  return std::hash<std::string_view>{}(custom_id);
}

/// Hashes that occur more than once, sorted.
Hashes repeated(Hashes hashes) {
  std::sort(hashes.begin(), hashes.end());
  Hashes found;
  for (std::size_t i = 1; i < hashes.size(); ++i) {
    if (hashes[i] == hashes[i - 1] && (found.empty() || found.back() != hashes[i])) {
      found.push_back(hashes[i]);
    }
  }
  return found;
}

/// Compares the custom_ids that have one of these hashes, since different texts may have equal
/// hashes. The error names the first line that repeats a custom_id.
Result<void> check_repeated_ids(const RegularFile& file, const Hashes& suspects) {
  std::unordered_map<std::string, std::uint64_t> first_lines;
  LineScanner scanner(file);
  BatchLineParser parser;
  while (scanner.next()) {
    const auto line = parser.check(scanner.text());
    if (!line) break;
    if (!std::binary_search(suspects.begin(), suspects.end(), hash_of(line->custom_id))) continue;
    const auto [first, is_first] =
        first_lines.try_emplace(std::string(line->custom_id), scanner.number());
    if (!is_first) {
      return fail(
          ErrorCode::bad_line,
          fmt::format("{}:{}: custom_id repeats that of line {}; give each line a unique one",
                      file.path(), scanner.number(), first->second));
    }
  }
  return scanner.result();
}

}  // namespace

Result<std::shared_ptr<const BatchFile>> BatchFile::open(const std::string& path) {
  auto opened = RegularFile::open(path);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  const std::shared_ptr<BatchFile> batch(new BatchFile(std::move(*opened)));

  Hashes hashes;
  LineScanner scanner(batch->file_);
  BatchLineParser parser;
  while (scanner.next()) {
    const auto line = parser.check(scanner.text());
    if (!line) {
      const Error& error = line.error();
      return fail(error.code, fmt::format("{}:{}: {}", path, scanner.number(), error.message));
    }
    batch->offsets_.add(scanner.offset());
    batch->hashes_.add(scanner.text());
    hashes.push_back(hash_of(line->custom_id));
  }
  if (!scanner.result()) return tl::unexpected(scanner.result().error());
  batch->offsets_.add(scanner.offset());
  batch->offsets_.shrink_to_fit();
  if (hashes.empty()) {
    return fail(ErrorCode::bad_line,
                fmt::format("{}:1: the file contains no request; {}", path, one_request_per_line));
  }
  if (const Hashes suspects = repeated(std::move(hashes)); !suspects.empty()) {
    const auto checked = check_repeated_ids(batch->file_, suspects);
    if (!checked) return tl::unexpected(checked.error());
  }
  return batch;
}

BatchReader::BatchReader(std::shared_ptr<const BatchFile> file)
    : file_(std::move(file)), lines_(file_->file_, file_->offsets_) {}

Result<BatchLine> BatchReader::read(std::size_t k) {
  assert(k < file_->size());
  auto line = lines_.read(k);
  if (!line) return tl::unexpected(std::move(line.error()));
  if (auto parsed = parser_.parse(*line)) return parsed;
  return fail(
      ErrorCode::bad_line,
      fmt::format("{}: request {} is no longer in the file; do not change the file during a "
                  "run",
                  file_->file_.path(), k + 1));
}

namespace {

class BatchReplayWorkload : public Workload {
 public:
  BatchReplayWorkload(const Api& api, const BatchReplay& replay)
      : api_(api),
        replay_(replay),
        patch_(replay.is_patched ? api.body_patch : ""),
        reader_(replay.file) {}

  Description describe() const override {
    return {.name = "batch/replay",
            .url = api_.url,
            .fingerprint = fmt::format(R"({{"lines":{}{}{}}})", replay_.file->hashes().json(),
                                       patch_.empty() ? "" : R"(,"merged":)", patch_)};
  }

  void make(std::uint64_t item, Request& request) override {
    const auto line = reader_.read(static_cast<std::size_t>(item % replay_.file->size()));
    if (!line) {
      trouble_ = line.error().message;
      request = {};
      return;
    }
    const Service& service = service_of(line->url);
    service.post.begin(service.url, line->stream && service.has_streams, request);
    if (patch_.empty()) {
      request.body = line->body;
    } else {
      request.body = merged_text(line->body, patch_);
    }
    request.name = line->custom_id;
  }

  Outcome read(const Request& request, Response& response) override {
    if (request.url.empty()) return failed(Failure::other, trouble_);
    return parser_.read(api::form_of_url(request.url), response);
  }

  std::unique_ptr<StreamReader> make_stream_reader() override {
    return std::make_unique<api::GenerationStream>(
        api::GenerationStreamOptions{.keeps_text = replay_.keeps_text});
  }

 private:
  /// What the lines with the same URL have in common.
  struct Service {
    std::string line_url;
    std::string url;
    ApiPost post;
    /// A server ignores "stream" in other requests.
    bool has_streams;
  };

  const Service& service_of(std::string_view line_url) {
    const auto known =
        std::find_if(services_.begin(), services_.end(),
                     [line_url](const Service& one) { return one.line_url == line_url; });
    if (known != services_.end()) return *known;
    // The URL of the API includes the version.
    constexpr std::string_view version = "/v1";
    const api::ApiForm& form = api::form_of_url(line_url);
    return services_.emplace_back(Service{
        std::string(line_url), http::resource_url(api_.url, line_url.substr(version.size())),
        ApiPost(api_, form), form.make_event_reader() != nullptr});
  }

  Api api_;
  BatchReplay replay_;
  std::string patch_;
  std::vector<Service> services_;
  BatchReader reader_;
  std::string trouble_;
  api::ResponseReader parser_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(const Api& api, const BatchReplay& replay) {
  return std::make_unique<BatchReplayWorkload>(api, replay);
}

}  // namespace paceline::workload

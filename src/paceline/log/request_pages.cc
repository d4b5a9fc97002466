#include <paceline/log/request_pages.h>

#include <iterator>
#include <string_view>
#include <utility>

namespace paceline::log {
namespace {

constexpr std::size_t page_requests = 256;
// A growing string copies itself. This limit keeps the copies small.
constexpr std::size_t page_text = std::size_t{64} << 10;

}  // namespace

RequestPage::RequestPage() {
  requests_.reserve(page_requests);
}

void RequestPage::add(std::int64_t run, const RequestRecord& record) {
  requests_.push_back({run, record});
  for (const std::string_view text : {record.custom_id, record.error, record.response})
    texts_ += text;
}

bool RequestPage::full() const {
  return requests_.size() == page_requests || texts_.size() >= page_text;
}

void RequestPage::clear() {
  requests_.clear();
  texts_.clear();
}

std::span<const LoggedRequest> RequestPage::requests() {
  std::string_view texts = texts_;
  for (auto& [run, record] : requests_) {
    for (std::string_view* text : {&record.custom_id, &record.error, &record.response}) {
      *text = texts.substr(0, text->size());
      texts.remove_prefix(text->size());
    }
  }
  return requests_;
}

void RequestPages::add(std::int64_t run, const RequestRecord& record) {
  if (filled_.empty() || filled_.back()->full()) {
    if (empty_.empty()) empty_.push_back(std::make_unique<RequestPage>());
    filled_.push_back(std::move(empty_.back()));
    empty_.pop_back();
  }
  filled_.back()->add(run, record);
}

RequestPages::Pages RequestPages::take() {
  return std::exchange(filled_, {});
}

void RequestPages::give_back(Pages pages) {
  empty_.insert(empty_.end(), std::move_iterator(pages.begin()), std::move_iterator(pages.end()));
}

std::size_t bytes_of(const RequestRecord& record) {
  return sizeof(LoggedRequest) + record.custom_id.size() + record.error.size() +
         record.response.size();
}

}  // namespace paceline::log

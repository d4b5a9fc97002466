#include <curl/curl.h>
#include <paceline/http/message.h>

#include <new>
#include <utility>

namespace paceline {

HeaderList::HeaderList(std::vector<std::string> lines) : lines_(std::move(lines)) {
  for (const std::string& line : lines_) append(line);
  // Sends nothing. Without it libcurl asks before a body of more than a megabyte, and waits a
  // second for those servers that do not answer that.
  append("Expect:");
}

void HeaderList::append(const std::string& line) {
  curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list_.release());
  list_.reset(longer);
}

void HeaderList::Free::operator()(curl_slist* list) const {
  curl_slist_free_all(list);
}

}  // namespace paceline

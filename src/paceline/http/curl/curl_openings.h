#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <paceline/http/curl/curl_multi.h>
#include <paceline/http/curl/curl_transfer.h>
#include <paceline/http/resolver.h>

namespace paceline::http::curl {

/// Opens connections before requests need them, and sends no request. For the loop's thread only.
class CurlOpenings {
 public:
  /// The multi handle that the requests of an exchange use.
  using MultiOf = std::function<CurlMulti&(const CurlTransfer& transfer)>;

  CurlOpenings(CurlTransfer::Shared& shared, MultiOf multi_of);
  ~CurlOpenings();
  CurlOpenings(const CurlOpenings&) = delete;
  CurlOpenings& operator=(const CurlOpenings&) = delete;

  /// Opens a connection for each of the first `connections` exchanges, until an opening fails.
  /// `hosts`: as in Transport::send().
  void open(std::shared_ptr<const Target> target, std::span<const Resolver::Known> hosts,
            std::size_t connections);
  /// Whether no connection is being opened.
  bool is_empty() const { return openings_.empty(); }
  /// Ends the opening whose transfer this is. Returns false if the transfer is an exchange's.
  bool end(const CurlTransfer& transfer, CURLcode code);

 private:
  struct Opening {
    Opening(std::size_t number, CurlTransfer::Shared& shared)
        : exchange(number), transfer(exchange, shared) {}

    Exchange exchange;
    CurlTransfer transfer;
    CurlMulti* multi = nullptr;
  };

  void open_next();

  CurlTransfer::Shared& shared_;
  MultiOf multi_of_;
  std::shared_ptr<const Target> target_;
  std::vector<Resolver::Known> hosts_;
  /// The number of the next exchange, and of the first for which no connection is opened.
  std::size_t next_ = 0;
  std::size_t end_ = 0;
  std::vector<std::unique_ptr<Opening>> openings_;
};

}  // namespace paceline::http::curl

#pragma once

#include <memory>

#include <paceline/api.h>
#include <paceline/workload.h>
#include <paceline/workload/batch_file.h>

namespace paceline {

/// The requests of a file: item k asks what its line k does, and from its end on it begins again.
struct BatchReplay {
  std::shared_ptr<const BatchFile> file;
  /// Whether the text of streamed responses is put together in their body, for a log.
  bool keeps_text = false;
};

/// Sends the lines to `api`, whose base URL takes the place of the "/v1" in each.
std::unique_ptr<Workload> make_workload(const Api& api, const BatchReplay& replay);

}  // namespace paceline

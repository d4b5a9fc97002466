#pragma once

#include <memory>

#include <paceline/api.h>
#include <paceline/workload.h>
#include <paceline/workload/batch_file.h>

namespace paceline::workload {

/// The requests of a batch file: item k sends line k, and after the last line the first follows.
struct BatchReplay {
  std::shared_ptr<const BatchFile> file;
  /// Whether the body of a streamed response is assembled from its events, for a log.
  bool keeps_text = false;
};

/// Sends the requests to `api`: its base URL replaces "/v1" in the URL of each line. The runs are
/// called batch/replay.
std::unique_ptr<Workload> make_workload(const Api& api, const BatchReplay& replay);

}  // namespace paceline::workload

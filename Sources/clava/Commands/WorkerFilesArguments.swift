import ArgumentParser
import Fleet
import Foundation

/// Options of a worker about its files.
struct WorkerFilesArguments: ParsableArguments {
  @Option(name: .long, help: "Folder for files of this worker, if it does not see the run folder.")
  var workdir: String?

  @Option(name: .long, help: "Most bytes of inputs and outputs kept there, for example 20GB.")
  var cacheSize: String?

  @Flag(name: .long, help: "Fetch and hand in files over the network even if the run folder can be seen.")
  var noSharedFolder = false

  var options: WorkerFilesOptions {
    get throws {
      WorkerFilesOptions(
        workdir: workdir.map { URL(fileURLWithPath: $0).standardizedFileURL.path },
        cacheBytes: try cacheSize.map(WorkerFilesOptions.bytes) ?? WorkerFilesOptions.defaultCacheBytes,
        usesSharedFolder: !noSharedFolder)
    }
  }
}

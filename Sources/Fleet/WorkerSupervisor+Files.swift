internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage

extension WorkerSupervisor {
  /// Finds out where files are: in the run folder, if it can be seen, or with the coordinator.
  func openFiles(_ welcome: Welcome) {
    if let files {
      // A new coordinator, or one that was out of reach.
      connectFiles(files, welcome)
      return
    }
    guard directory == nil else { return }
    do {
      if let path = sharedFolder(welcome) {
        let shared = try RunDirectory(path: path, create: false)
        directory = shared
        if link.security != .none { WorkerOptions.enterFolder(of: shared) }
        return
      }
      guard welcome.dataEndpoint != nil else {
        throw ClavaError(
          .messaging, "this machine does not see the run folder, and the coordinator serves no files",
          remedy: "start the coordinator with --listen, or the worker where it sees the run folder")
      }
      let files = try WorkerFiles(context: link.context, worker: identity, options: filesOptions)
      connectFiles(files, welcome)
      self.files = files
      directory = files.directory
    } catch {
      Self.print("\(error)")
      exitCode = 42
    }
  }

  private func connectFiles(_ files: WorkerFiles, _ welcome: Welcome) {
    guard let announced = welcome.dataEndpoint else { return }
    files.connect(Self.reachable(announced, like: link.endpoint), security: link.security)
  }

  /// Files are where the coordinator itself was reached, at another port: by what name or address, the worker knows
  /// better than the coordinator.
  static func reachable(_ announced: String, like endpoint: String) -> String {
    guard announced.hasPrefix("tcp://"), endpoint.hasPrefix("tcp://"), let port = announced.lastIndex(of: ":"),
      let end = endpoint.lastIndex(of: ":")
    else { return announced }
    return String(endpoint[..<end] + announced[port...])
  }

  /// The run folder as this machine sees it; nil if it does not.
  private func sharedFolder(_ welcome: Welcome) -> String? {
    guard filesOptions.usesSharedFolder else { return nil }
    guard let probe = welcome.store else { return runPath }
    guard StoreProbeFile.isVisible(probe) else { return nil }
    return probe.path
  }

  /// The compute process' arguments with what the coordinator has said.
  var resolvedComputeCommand: [String] {
    computeCommand.map { argument in
      switch argument {
      case WorkerProgram.folderPlaceholder: return directory?.path ?? ""
      case WorkerProgram.profilePlaceholder: return numericProfile
      default: return argument
      }
    }
  }

  /// Lets a report wait until the files it speaks of are with the coordinator.
  ///
  /// - Returns: whether it has to wait.
  func passThroughFiles(_ report: ComputeReport, _ files: WorkerFiles) -> Bool {
    switch report {
    case .finished(let attempt, _), .failed(let attempt, _), .left(let attempt):
      files.ended(attempt, report)
      return true
    default: return false
    }
  }

  /// Does what became due because files have moved.
  func turnFiles() {
    guard let files else { return }
    // What ends one attempt may begin the next.
    while case let events = files.turn(now: MonotonicClock.now), !events.isEmpty {
      for event in events {
        switch event {
        case .start(let attempt, let frame):
          if core.running == attempt { sendToCompute(frame) }
        case .report(let report): conclude(report)
        case .diskFull(let sentence):
          Self.print("\(sentence); this worker takes no more work")
          apply(.drain)
        }
      }
    }
  }
}

import ArgumentParser
import Essentials
import Foundation
import Storage

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what an HDF5 artifact or checkpoint holds.",
    discussion: "EXAMPLE\n  clava inspect RUN/objects/ab/abcd…")

  @Argument(help: "The file.", completion: .file())
  var file: String

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    guard FileSystem.exists(file), !FileSystem.isFolder(file) else {
      throw ClavaError(
        .input, FileSystem.unreadable(file), at: .init(file: file),
        remedy: "name an HDF5 file, for example one below RUN/objects")
    }
    let description: ArtifactDescription
    do {
      description = try ArtifactInspector.describe(path: file)
    } catch var error as ClavaError {
      error.code = .input
      throw error
    }
    print(json ? String(decoding: try CanonicalJSON.encodePretty(description), as: UTF8.self) : description.text)
  }
}

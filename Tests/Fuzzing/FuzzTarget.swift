import Essentials
import Tensors

/// A broken promise of a decoder that is no crash: a wrong kind of error, or a value that does not survive a round trip.
package struct FuzzFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// A decoder under test.
///
/// An input is made of parts (frames of a message, files of a folder). Whatever they hold, `accepts` returns, or throws
/// `FuzzFailure` if a promise is broken.
package protocol FuzzTarget {
  /// The name by which it is called.
  static var name: String { get }
  /// Inputs of a full run.
  static var fullCount: Int { get }
  /// The parts of an input.
  mutating func input(_ random: inout FuzzRandom) -> [[UInt8]]
  /// Whether the decoder accepts the input.
  mutating func accepts(_ parts: [[UInt8]]) throws -> Bool
}

extension FuzzTarget {
  /// Calls a decoder: true if it accepts, false if it throws the error of this program.
  static func isAccepted(_ body: () throws -> Void) throws -> Bool {
    do {
      try body()
      return true
    } catch is ClavaError {
      return false
    } catch let failure as FuzzFailure {
      throw failure
    } catch {
      throw FuzzFailure("threw \(type(of: error)) instead of ClavaError: \(error)")
    }
  }
}

/// All targets by name.
package enum FuzzTargets {
  package static var all: [any FuzzTarget.Type] {
    [
      WireTarget.self, TransferTarget.self, TableTarget.self, ConfigurationTarget.self, PublishedTarget.self,
      HostListTarget.self, MetadataTarget.self, DomainTarget.self, JournalTarget.self, RecordTarget.self,
      CheckpointTarget.self, ArtifactTarget.self,
    ]
  }

  /// The target of this name, in a folder of its own for those that need files.
  package static func make(_ name: String, folder: String) throws -> (any FuzzTarget)? {
    switch name {
    case WireTarget.name: WireTarget()
    case TransferTarget.name: TransferTarget()
    case TableTarget.name: try TableTarget()
    case ConfigurationTarget.name: ConfigurationTarget()
    case PublishedTarget.name: PublishedTarget()
    case HostListTarget.name: HostListTarget()
    case MetadataTarget.name: try MetadataTarget(folder: folder)
    case DomainTarget.name: try DomainTarget(folder: folder)
    case JournalTarget.name: JournalTarget()
    case RecordTarget.name: RecordTarget()
    case CheckpointTarget.name: try CheckpointTarget(folder: folder)
    case ArtifactTarget.name: try ArtifactTarget(folder: folder)
    default: nil
    }
  }
}

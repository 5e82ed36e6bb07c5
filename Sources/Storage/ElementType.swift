internal import CHDF5
internal import CHDF5Shims

/// Type of the elements of a dataset. All are stored little-endian.
public enum ElementType: String, Codable, Sendable, CaseIterable {
  /// IEEE single precision.
  case float32
  /// IEEE double precision.
  case float64
  /// Signed integers of four bytes.
  case int32
  /// Signed integers of eight bytes.
  case int64
  /// Bytes, text and JSON among them.
  case uint8
  /// Unsigned integers of four bytes.
  case uint32
  /// Unsigned integers of eight bytes.
  case uint64

  /// Bytes an element takes.
  public var byteCount: Int {
    switch self {
    case .uint8: 1
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// The library's id for the type, in memory and in the file alike.
  var identifier: hid_t {
    switch self {
    case .float32: clava_h5_float32()
    case .float64: clava_h5_float64()
    case .int32: clava_h5_int32()
    case .int64: clava_h5_int64()
    case .uint8: clava_h5_uint8()
    case .uint32: clava_h5_uint32()
    case .uint64: clava_h5_uint64()
    }
  }
}

/// A number type that datasets can hold.
public protocol StorageElement: Sendable {
  /// How it is stored.
  static var elementType: ElementType { get }
}

extension Float: StorageElement {
  public static var elementType: ElementType { .float32 }
}
extension Double: StorageElement {
  public static var elementType: ElementType { .float64 }
}
extension Int32: StorageElement {
  public static var elementType: ElementType { .int32 }
}
extension Int64: StorageElement {
  public static var elementType: ElementType { .int64 }
}
extension UInt8: StorageElement {
  public static var elementType: ElementType { .uint8 }
}
extension UInt32: StorageElement {
  public static var elementType: ElementType { .uint32 }
}
extension UInt64: StorageElement {
  public static var elementType: ElementType { .uint64 }
}

using System.Runtime.InteropServices;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <summary>What the installation knows of a message or service type, found by name in the package's libraries.</summary>
internal sealed unsafe class TypeSupport
{
    private readonly string _typeName;
    private readonly delegate* unmanaged<nint> _create;
    private readonly delegate* unmanaged<nint, void> _destroy;

    private TypeSupport(string typeName, string kind)
    {
        _typeName = typeName;
        if (typeName.Split('/') is not [var package, var folder, var name])
            throw new TransportException($"'{typeName}' is no type; write it like std_msgs/msg/Bool");
        var handle = Export(package, "rosidl_typesupport_c", $"rosidl_typesupport_c__get_{kind}_type_support_handle__{package}__{folder}__{name}");
        Handle = ((delegate* unmanaged<nint>)handle)();
        if (kind != "message") return;
        _create = (delegate* unmanaged<nint>)Export(package, "rosidl_generator_c", $"{package}__{folder}__{name}__create");
        _destroy = (delegate* unmanaged<nint, void>)Export(package, "rosidl_generator_c", $"{package}__{folder}__{name}__destroy");
    }

    /// <summary>As rcl takes it.</summary>
    public nint Handle { get; }

    /// <exception cref="TransportException">The package is not installed, or has no such type.</exception>
    public static TypeSupport OfMessage(string typeName) => new(typeName, "message");

    /// <inheritdoc cref="OfMessage"/>
    public static TypeSupport OfService(string typeName) => new(typeName, "service");

    /// <summary>An empty message in C; <see cref="Destroy"/> it.</summary>
    public nint Create() => _create();

    public void Destroy(nint message) => _destroy(message);

    /// <summary>A message in C from CDR.</summary>
    public void Fill(nint message, ReadOnlySpan<byte> cdr)
    {
        fixed (byte* buffer = cdr)
        {
            RclNative.Bytes bytes = new() { Buffer = buffer, Length = (nuint)cdr.Length, Capacity = (nuint)cdr.Length, Allocator = Rcl.Allocator };
            Rcl.Check(RclNative.rmw_deserialize(&bytes, Handle, message), $"read a {_typeName}");
        }
    }

    /// <summary>CDR of a message in C.</summary>
    public byte[] CdrOf(nint message)
    {
        RclNative.Bytes bytes;
        var allocator = Rcl.Allocator;
        Rcl.Check(RclNative.rcutils_uint8_array_init(&bytes, 0, &allocator), "set memory aside");
        try
        {
            Write(message, &bytes);
            return new ReadOnlySpan<byte>(bytes.Buffer, (int)bytes.Length).ToArray();
        }
        finally { RclNative.rcutils_uint8_array_fini(&bytes); }
    }

    /// <summary>Writes a message in C as CDR into memory that grows for it.</summary>
    public void Write(nint message, RclNative.Bytes* into) => Rcl.Check(RclNative.rmw_serialize(message, Handle, into), $"write a {_typeName}");

    private nint Export(string package, string library, string symbol)
    {
        var file = Installation.FileName($"{package}__{library}");
        var path = Installation.Files(file).FirstOrDefault();
        var how = package == "robotrl_msgs" ? "build the package that 'robotrl docs messages' writes" : $"install the package {package}";
        if (path is null) throw new TransportException($"The ROS 2 that is sourced has no {_typeName}: {how}, and source it.");
        return NativeLibrary.TryGetExport(NativeLibrary.Load(path), symbol, out var found) ? found
            : throw new TransportException($"{path} has no {_typeName}: its version of {package} differs; {how} anew.");
    }
}

using System.Runtime.InteropServices;
using System.Text;
using RobotRL.Ros2.Transport;
using RobotRL.Wire;

namespace RobotRL.Ros2.Cyclone;

/// <summary>What a field of a native structure is.</summary>
internal enum NativeKind
{
    Number,
    Text,
    Numbers,
    NumberSequence,
    TextSequence,
    StructureSequence,
}

/// <summary>A field of a native structure; those of structures within it lie in it as its own.</summary>
/// <param name="Offset">In the structure, bytes.</param>
/// <param name="Bytes">Of a number; of an element of a sequence of structures.</param>
/// <param name="Count">Of an array.</param>
/// <param name="IsBool">Whether a number is a truth value.</param>
/// <param name="Element">Of a sequence of structures.</param>
internal sealed record NativeField(NativeKind Kind, int Offset, int Bytes, int Count, bool IsBool, NativeStructure? Element);

/// <summary>How the C structure of a message lies in memory.</summary>
internal sealed record NativeStructure(NativeField[] Fields, int Bytes, int Alignment);

/// <summary>
/// A ROS 2 message type as Cyclone DDS knows it: the C structure that a code generator would make of it, and the instructions that tell how it lies on the
/// wire. Lives as long as the process.
/// </summary>
internal sealed unsafe class TopicType
{
    private const int PointerBytes = 8, SequenceBytes = 24, SequenceLengthOffset = 4, SequenceBufferOffset = 8;
    private const uint Adr = 0x01 << 24, Text = 0x05, Sequence = 0x07, Array = 0x08, Structure = 0x0a, Bool = 0x0e;

    private readonly Ros2Definition _definition;
    private readonly List<uint> _ops = [];

    /// <exception cref="TransportException">The type has what is not supported.</exception>
    public TopicType(string typeName, string definition)
    {
        _definition = new Ros2Definition(typeName, definition);
        Layout = LayoutOf(_definition.Root);
        Emit(Layout);
        Descriptor = (DdsNative.TopicDescriptor*)NativeMemory.AllocZeroed((nuint)sizeof(DdsNative.TopicDescriptor));
        var ops = (uint*)NativeMemory.Alloc((nuint)_ops.Count, sizeof(uint));
        for (var i = 0; i < _ops.Count; i++) ops[i] = _ops[i];
        Descriptor->Size = (uint)Layout.Bytes;
        Descriptor->Align = (uint)Layout.Alignment;
        Descriptor->TypeName = Utf8(DdsName(typeName));
        // What it counts are instructions, but for no use of its own.
        Descriptor->OpCount = (uint)_ops.Count;
        Descriptor->Ops = ops;
        Descriptor->Meta = Utf8("");
    }

    public DdsNative.TopicDescriptor* Descriptor { get; }

    public NativeStructure Layout { get; }

    public static int LengthOffset => SequenceLengthOffset;
    public static int BufferOffset => SequenceBufferOffset;

    /// <summary><c>sensor_msgs/msg/JointState</c> is <c>sensor_msgs::msg::dds_::JointState_</c> on the wire.</summary>
    public static string DdsName(string typeName)
    {
        var parts = typeName.Split('/');
        return $"{parts[0]}::msg::dds_::{parts[^1]}_";
    }

    /// <summary>The other way round; a name that is not ROS 2's stays.</summary>
    public static string RosName(string ddsName) =>
        ddsName.Split("::") is [var package, "msg", "dds_", var name] && name.EndsWith('_') ? $"{package}/msg/{name[..^1]}" : ddsName;

    private NativeStructure LayoutOf(string type)
    {
        var (fields, bytes, alignment) = (new List<NativeField>(), 0, 1);
        foreach (var field in _definition.Fields(type))
        {
            var isText = field.Type == "string";
            var size = SizeOf(field.Type);
            if (field.Type == "wstring" || (field.Length > 0 && size == 0))
                throw new TransportException($"{type}: {field.Type} {field.Name} cannot be carried by Cyclone DDS here.");
            if (field.Length == Ros2Definition.Sequence)
            {
                var element = size == 0 && !isText ? LayoutOf(field.Type) : null;
                var kind = isText ? NativeKind.TextSequence : element is null ? NativeKind.NumberSequence : NativeKind.StructureSequence;
                Place(kind, SequenceBytes, PointerBytes, new(kind, 0, element?.Bytes ?? size, 0, field.Type == "bool", element));
            }
            else if (isText) Place(NativeKind.Text, PointerBytes, PointerBytes, new(NativeKind.Text, 0, 0, 0, false, null));
            else if (size == 0)
            {
                var inner = LayoutOf(field.Type);
                var start = Align(inner.Alignment);
                fields.AddRange(inner.Fields.Select(part => part with { Offset = start + part.Offset }));
                bytes = start + inner.Bytes;
            }
            else
            {
                var kind = field.Length > 0 ? NativeKind.Numbers : NativeKind.Number;
                Place(kind, size * Math.Max(1, field.Length), size, new(kind, 0, size, field.Length, field.Type == "bool", null));
            }
        }
        if (fields.Count == 0) Place(NativeKind.Number, 1, 1, new(NativeKind.Number, 0, 1, 0, false, null));
        return new([.. fields], (bytes + alignment - 1) / alignment * alignment, alignment);

        int Align(int to)
        {
            alignment = Math.Max(alignment, to);
            return (bytes + to - 1) / to * to;
        }

        void Place(NativeKind kind, int size, int to, NativeField field)
        {
            var start = Align(to);
            fields.Add(field with { Kind = kind, Offset = start });
            bytes = start + size;
        }
    }

    private void Emit(NativeStructure structure)
    {
        foreach (var field in structure.Fields)
        {
            var number = field.IsBool ? Bool : field.Bytes switch { 1 => 1u, 2 => 2u, 4 => 3u, _ => 4u };
            var offset = (uint)field.Offset;
            switch (field.Kind)
            {
                case NativeKind.Number: _ops.AddRange([Adr | number << 16, offset]); break;
                case NativeKind.Text: _ops.AddRange([Adr | Text << 16, offset]); break;
                case NativeKind.Numbers: _ops.AddRange([Adr | Array << 16 | number << 8, offset, (uint)field.Count]); break;
                case NativeKind.NumberSequence: _ops.AddRange([Adr | Sequence << 16 | number << 8, offset]); break;
                case NativeKind.TextSequence: _ops.AddRange([Adr | Sequence << 16 | Text << 8, offset]); break;
                default:
                    var start = _ops.Count;
                    _ops.AddRange([Adr | Sequence << 16 | Structure << 8, offset, (uint)field.Bytes, 0]);
                    Emit(field.Element!);
                    // Where the next field's instruction is, and where the element's, counted from this one.
                    _ops[start + 3] = (uint)(_ops.Count - start) << 16 | 4;
                    break;
            }
        }
        _ops.Add(0);
    }

    /// <summary>Of a number, bytes; 0 for what is none.</summary>
    private static int SizeOf(string type) => type switch
    {
        "bool" or "byte" or "char" or "int8" or "uint8" => 1,
        "int16" or "uint16" => 2,
        "int32" or "uint32" or "float32" => 4,
        "int64" or "uint64" or "float64" => 8,
        _ => 0,
    };

    private static byte* Utf8(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var memory = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(memory, bytes.Length));
        return memory;
    }
}

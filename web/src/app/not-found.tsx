import Link from "next/link";
import { Quiet } from "@/ui/Quiet";

export default function NotFound() {
  return (
    <Quiet title="There is no such page">
      <Link href="/">Go to the start page</Link>
    </Quiet>
  );
}
